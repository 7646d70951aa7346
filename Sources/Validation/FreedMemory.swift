#if canImport(Glibc)
    import CMalloc
#endif

/// What the C library does with memory that is freed. Only glibc's can be told.
package enum FreedMemory {
    /// Keeps up to 16 MB for what is allocated next. Otherwise each tensor of some hundred kilobytes goes back to the system,
    /// which clears the pages of the next one: a twentieth of a run's time.
    package static func keep() {
        #if canImport(Glibc)
            mallopt(M_MMAP_THRESHOLD, 8 << 20)
            mallopt(M_TRIM_THRESHOLD, 16 << 20)
        #endif
    }

    /// Gives all of it back, so that what needs much memory does not add to what needed much before.
    package static func giveBack() {
        #if canImport(Glibc)
            malloc_trim(0)
        #endif
    }
}
