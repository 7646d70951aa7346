/// The lists of faces that come with the package: the C++ detector's, for three smallest faces, and for one of
/// them with the boxes after every stage.
enum BundledGold {
    static let files = [
        "openface_cpp_min20.json", "openface_cpp_min40.json", "openface_cpp_min60.json",
        "openface_cpp_stages_min40.json",
    ]
}
