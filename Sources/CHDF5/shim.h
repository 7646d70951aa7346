#pragma once
#include <hdf5.h>

// Swift cannot import these macros, which expand to variables and casts.
static inline hid_t hdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t hdf5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t hdf5_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t hdf5_int8(void) { return H5T_STD_I8LE; }
static inline hid_t hdf5_int16(void) { return H5T_STD_I16LE; }
static inline hid_t hdf5_int32(void) { return H5T_STD_I32LE; }
static inline hid_t hdf5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t hdf5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t hdf5_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t hdf5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t hdf5_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t hdf5_c_string(void) { return H5T_C_S1; }
static inline unsigned hdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned hdf5_truncate(void) { return H5F_ACC_TRUNC; }
/// Access to files that takes no locks on them, where the library can do without; HDF5_USE_FILE_LOCKING
/// prevails.
static inline herr_t hdf5_do_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 14, 0) || (H5_VERSION_GE(1, 12, 1) && !H5_VERSION_GE(1, 13, 0)) || \
    (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
    return H5Pset_file_locking(access, 0, 1);
#else
    (void)access;
    return 0;
#endif
}
static inline hid_t hdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t hdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t hdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t hdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t hdf5_whole_space(void) { return H5S_ALL; }
static inline void hdf5_silence_errors(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }
