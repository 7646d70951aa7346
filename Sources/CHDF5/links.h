#pragma once
#include <hdf5.h>

/// Called with one link of a group; a nonzero result ends the walk.
typedef int (*hdf5_link_visitor)(const char *name, int is_hard, void *context);

struct hdf5_link_visit {
    hdf5_link_visitor visitor;
    void *context;
};

static inline herr_t hdf5_visit_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    (void)group;
    struct hdf5_link_visit *visit = (struct hdf5_link_visit *)data;
    return visit->visitor(name, info->type == H5L_TYPE_HARD, visit->context);
}

/// Visits the links of a group, each once, in any order. The library's function has a different name in each version.
static inline herr_t hdf5_visit_links(hid_t group, hdf5_link_visitor visitor, void *context) {
    struct hdf5_link_visit visit = {visitor, context};
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, hdf5_visit_link, &visit);
}

/// 1 for a hard link, 0 for another kind, negative if there is no link of that name.
static inline int hdf5_link_is_hard(hid_t group, const char *name) {
    H5L_info_t info;
    if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
    return info.type == H5L_TYPE_HARD;
}
