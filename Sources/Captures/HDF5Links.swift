import CHDF5

/// The links of a file's groups. Only hard ones are followed: a soft or external link may lead anywhere, to another
/// file of the machine or to a pipe without end.
struct HDF5Links {
    /// How many members a group may have.
    private static let largestCount: hsize_t = 1 << 20

    private var names = [String]()
    private var other: String?

    /// The names of a group's members, sorted, in one walk over the group.
    ///
    /// - Throws: ``HDF5Error`` for a member that is not a hard link.
    static func names(of group: hid_t, place: String) throws(HDF5Error) -> [String] {
        var info = H5G_info_t()
        guard H5Gget_info(group, &info) >= 0, info.nlinks <= largestCount else {
            throw HDF5Error(place: place, reason: "its members cannot be listed")
        }
        var links = HDF5Links()
        let walked = withUnsafeMutablePointer(to: &links) { links in
            hdf5_visit_links(
                group,
                { name, isHard, links in
                    guard let name, let links = links?.assumingMemoryBound(to: HDF5Links.self) else { return -1 }
                    links.pointee.add(String(cString: name), isHard: isHard != 0)
                    return 0
                }, links)
        }
        guard walked >= 0 else { throw HDF5Error(failed: place, "its members cannot be listed") }
        if let name = links.other { throw isNoHardLink("\(place), \(name)") }
        return links.names.sorted()
    }

    /// A group that a hard link of a parent leads to.
    static func group(
        _ name: String, in parent: hid_t, place: String, or reason: String
    ) throws(HDF5Error) -> HDF5Handle {
        guard hdf5_link_is_hard(parent, name) != 0 else { throw isNoHardLink(place) }
        return try HDF5Handle(H5Gopen2(parent, name, 0), H5Gclose, or: place, reason)
    }

    private mutating func add(_ name: String, isHard: Bool) {
        names.append(name)
        // The first by name, so that the error is the same in whichever order they come.
        if !isHard || name == "." || name.contains("/"), name < other ?? "\u{10ffff}" { other = name }
    }

    private static func isNoHardLink(_ place: String) -> HDF5Error {
        HDF5Error(
            place: place, reason: "is a soft or external link, which is not followed; a capture holds its data itself")
    }
}
