#!/usr/bin/env python3
"""Makes the polynomials of Sources/VectorKernels/functions.hpp, by mpmath 1.4.1 (PyPI), and says how much they omit.

erf(a) = a P(a^2) for 0 <= a < 1, and 1 - e^-Q(a) for 1 <= a <= 6. P and Q are the polynomials whose largest relative
error of erf is the least, by Lawson's algorithm: least squares, with weights that grow where the error is large.
"""

import math

import mpmath
from mpmath import mpf

mpmath.mp.dps = 40
ROUNDS = 12


def best_polynomial(function, weight, low, high, degree):
    """The coefficients, the constant's first, and the largest weighted error at 4 nodes for each coefficient."""
    count = 4 * degree
    nodes = [
        (low + high) / 2 + (high - low) / 2 * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * count)) for k in range(count)
    ]
    shares = [mpf(1)] * count
    best = None
    for _ in range(ROUNDS):
        rows, right = mpmath.matrix(count, degree + 1), mpmath.matrix(count, 1)
        for i, x in enumerate(nodes):
            factor = mpmath.sqrt(shares[i]) * weight(x)
            for power in range(degree + 1):
                rows[i, power] = factor * x**power
            right[i] = factor * function(x)
        coefficients = mpmath.lu_solve(rows, right)
        errors = [abs(weight(x) * (mpmath.polyval(list(coefficients)[::-1], x) - function(x))) for x in nodes]
        largest = max(errors)
        if best is None or largest < best[1]:
            best = (coefficients, largest)
        # No share becomes 0, so that every node stays in the sum.
        shares = [share * (error / largest + mpf(1) / 1000) for share, error in zip(shares, errors)]
        total = sum(shares)
        shares = [share * count / total for share in shares]
    return best


def ratio(square):
    return mpmath.erf(mpmath.sqrt(square)) / mpmath.sqrt(square)


def show(name, polynomial):
    coefficients, error = polynomial
    print(f"{name}: omits 2^{float(mpmath.log(error, 2)):.1f}")
    for coefficient in reversed(list(coefficients)):
        print(f"    {float(coefficient).hex()},")
    assert error < mpf(2) ** -56 and all(math.isfinite(float(c)) for c in coefficients)


show("P", best_polynomial(ratio, lambda u: 1 / ratio(u), mpf(10) ** -12, mpf(1), 11))
beyond_1 = best_polynomial(
    lambda x: -mpmath.log(mpmath.erfc(x)), lambda x: mpmath.erfc(x) / mpmath.erf(x), mpf(1), mpf(6), 17
)
show("Q", beyond_1)
# Beyond 6, 1 - e^-Q must round to 1: Q grows from there on, as its derivatives at 6 are all positive.
coefficients = list(beyond_1[0])[::-1]
for _ in range(18):
    assert mpmath.polyval(coefficients, 6) > 0
    coefficients = [c * (len(coefficients) - 1 - i) for i, c in enumerate(coefficients[:-1])]
