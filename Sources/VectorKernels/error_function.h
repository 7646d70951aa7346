// The error function in float64. Included once for each level, after exponentials.h.

/// The polynomial of x with these coefficients, the highest power's first.
#define POLYNOMIAL(COEFFICIENTS, x, sum)                                                                           \
    float64_lanes sum = (float64_lanes)(COEFFICIENTS[0]);                                                          \
    _Pragma("clang loop unroll(full)") for (unsigned i = 1; i < sizeof COEFFICIENTS / sizeof *COEFFICIENTS; i++)   \
        sum = __builtin_elementwise_fma(sum, x, (float64_lanes)(COEFFICIENTS[i]));

/// erf of each number x. With a = |x|: a P(a^2) where a < 1, which omits less than 2^-56 of it; else 1 - e^-Q(a), where
/// Q(a) is about -log(erfc(a)), which omits less than 2^-56. `validation/make_error_function.py` makes P and Q.
static inline __attribute__((always_inline)) void apply_error_function(float64_lanes *numbers) {
    static const double near_0[] = {
        -0x1.abacf49467356p-31, 0x1.d71a995a55791p-27, -0x1.5c071557849fcp-23, 0x1.b97fd0dfdf443p-20,
        -0x1.f4ca4d1f1d695p-17, 0x1.f9a2baa38e6b6p-14, -0x1.c02db03d998cdp-11, 0x1.565bccf929654p-8,
        -0x1.b82ce311fa80fp-6, 0x1.ce2f21a040d0cp-4, -0x1.812746b0379bdp-2, 0x1.20dd750429b6dp0};
    static const double beyond_1[] = {
        0x1.58e789d0da7p-38, -0x1.bf6ec1c7b41b7p-33, 0x1.0d200fc636b8dp-28, -0x1.8d1b50cf6b4b6p-25,
        0x1.8f4965079842fp-22, -0x1.1d9896de1db3ep-19, 0x1.21bd6e0fbfc6fp-17, -0x1.7d2bee5ba9953p-16,
        0x1.4fb2cc82434f2p-16, 0x1.1c495198f7e2p-13, -0x1.94740baa6bae6p-11, 0x1.f6817c72eeab3p-10,
        -0x1.af87c236e19eap-12, -0x1.371fd761655b8p-6, 0x1.a4ac00664bbdp-4, 0x1.45f62b82d3567p-1,
        0x1.20dd1f5c0d20dp0, 0x1.0f8630858c0fcp-21};
    float64_lanes x = *numbers, a = __builtin_elementwise_abs(x), square = x * x;
    POLYNOMIAL(near_0, square, ratio)
    float64_lanes y = x * ratio;
    if (__builtin_reduce_max(a) >= 1) {
        // Beyond 6, where Q is above 38, the nearest float64 to 1 - e^-Q is 1.
        POLYNOMIAL(beyond_1, a, logarithm)
        float64_lanes rest = -logarithm;
        raise_e_to(&rest);
        y = a >= 1.0 ? __builtin_elementwise_copysign(1 - rest, x) : y;
    }
    *numbers = y;
}

static void error_functions(const double *x, ptrdiff_t count, double *y) {
    for (ptrdiff_t first = 0; first < count; first += vk_channel_block) {
        size_t size = sizeof(double) * (count - first < vk_channel_block ? count - first : vk_channel_block);
        float64_lanes results = (float64_lanes)(0.0);
        __builtin_memcpy(&results, x + first, size);
        apply_error_function(&results);
        __builtin_memcpy(y + first, &results, size);
    }
}

#undef POLYNOMIAL
