// Numbers as they pass through a formula, at one of two precisions.
//
//   Full   for float64 results: an unevaluated sum hi + lo of two float64 numbers, about 100 bits when both
//          come from the functions here. Rounding happens once, in `rounded`, so a formula of several steps
//          still ends within a fraction of an ulp over half an ulp.
//   Brief  for float32 results: one float64 number, which has 29 bits to spare already.
//
// A formula is written once, for either; in Brief the corrections are not computed at all.
#pragma once

#include "simd/vectors.hpp"

namespace {

using V = Vec<double>;

struct Full {};
struct Brief {};

template <class P> struct Pair;
template <> struct Pair<Full> {
    V hi, lo;
};
template <> struct Pair<Brief> {
    V hi;
};

template <class P> constexpr bool is_full = false;
template <> constexpr bool is_full<Full> = true;

template <class P> MULTILAYER_INLINE Pair<P> pair(V hi, V lo) {
    if constexpr (is_full<P>) {
        return {hi, lo};
    } else {
        return {hi};
    }
}
template <class P> MULTILAYER_INLINE Pair<P> pair(V x) { return pair<P>(x, V{}); }
template <class P> MULTILAYER_INLINE V low(Pair<P> x) {
    if constexpr (is_full<P>) {
        return x.lo;
    } else {
        return V{};
    }
}
template <class P> MULTILAYER_INLINE V rounded(Pair<P> x) {
    if constexpr (is_full<P>) {
        return x.hi + x.lo;
    } else {
        return x.hi;
    }
}
template <class P> MULTILAYER_INLINE Pair<P> operator-(Pair<P> x) { return pair<P>(-x.hi, -low(x)); }
template <class P> MULTILAYER_INLINE Pair<P> select(IntVec<double> mask, Pair<P> x, Pair<P> y) {
    return pair<P>(mask ? x.hi : y.hi, mask ? low(x) : low(y));
}

// x + y for |x| >= |y| or x = 0 (Dekker 1971): three operations.
template <class P> MULTILAYER_INLINE Pair<P> sum_descending(V x, V y) {
    V s = x + y;
    return pair<P>(s, y - (s - x));
}
// x + y (Knuth 1969): six operations, no condition.
template <class P> MULTILAYER_INLINE Pair<P> sum(V x, V y) {
    V s = x + y, t = s - x;
    return pair<P>(s, (x - (s - t)) + (y - t));
}
template <class P> MULTILAYER_INLINE Pair<P> product(V x, V y) {
    V p = x * y;
    return pair<P>(p, fma(x, y, -p));
}

template <class P> MULTILAYER_INLINE Pair<P> operator+(Pair<P> x, Pair<P> y) {
    Pair<P> s = sum<P>(x.hi, y.hi);
    if constexpr (is_full<P>) s = sum_descending<P>(s.hi, s.lo + (x.lo + y.lo));
    return s;
}
template <class P> MULTILAYER_INLINE Pair<P> operator+(V x, Pair<P> y) {
    Pair<P> s = sum<P>(x, y.hi);
    if constexpr (is_full<P>) s = sum_descending<P>(s.hi, s.lo + y.lo);
    return s;
}
template <class P> MULTILAYER_INLINE Pair<P> operator-(Pair<P> x, Pair<P> y) { return x + (-y); }
// c + y for |c| >= |y|
template <class P> MULTILAYER_INLINE Pair<P> plus_smaller(V c, Pair<P> y) {
    Pair<P> s = sum_descending<P>(c, y.hi);
    if constexpr (is_full<P>) s.lo = s.lo + y.lo;
    return s;
}
template <class P> MULTILAYER_INLINE Pair<P> operator*(Pair<P> x, Pair<P> y) {
    Pair<P> p = product<P>(x.hi, y.hi);
    if constexpr (is_full<P>) p.lo = fma(x.hi, y.lo, fma(x.lo, y.hi, p.lo));
    return p;
}
template <class P> MULTILAYER_INLINE Pair<P> operator*(V x, Pair<P> y) {
    Pair<P> p = product<P>(x, y.hi);
    if constexpr (is_full<P>) p.lo = fma(x, y.lo, p.lo);
    return p;
}
// One division either way: the remainder of the first quotient, exact by fma, gives the second.
template <class P> MULTILAYER_INLINE Pair<P> operator/(Pair<P> x, Pair<P> y) {
    if constexpr (is_full<P>) {
        V reciprocal = 1.0 / y.hi, q = x.hi * reciprocal;
        V remainder = fma(-q, y.hi, x.hi) + fma(-q, y.lo, x.lo);
        return {q, remainder * reciprocal};
    } else {
        return {x.hi / y.hi};
    }
}
template <class P> MULTILAYER_INLINE Pair<P> operator/(V x, Pair<P> y) { return pair<P>(x) / y; }
// x / y for numbers that nothing is left of: the same bits, without the two operations on zeros.
template <class P> MULTILAYER_INLINE Pair<P> quotient(V x, V y) {
    if constexpr (is_full<P>) {
        V reciprocal = 1.0 / y, q = x * reciprocal;
        return {q, fma(-q, y, x) * reciprocal};
    } else {
        return {x / y};
    }
}
// x * c for a power of two c
template <class P> MULTILAYER_INLINE Pair<P> scaled(Pair<P> x, V c) { return pair<P>(x.hi * c, low(x) * c); }
template <class P> MULTILAYER_INLINE Pair<P> scaled(Pair<P> x, double c) { return scaled(x, splat(c)); }

// The polynomial with these coefficients, lowest first: Estrin's scheme, halving, so that the processor has
// independent operations to do. The tree depends on nothing but the number of coefficients.
template <size_t n> MULTILAYER_INLINE V polynomial_of(const double *c, const V *powers) {
    if constexpr (n == 1) {
        return splat(c[0]);
    } else if constexpr (n == 2) {
        return fma(splat(c[1]), powers[0], splat(c[0]));
    } else {
        constexpr size_t half = n > 16 ? 16 : n > 8 ? 8 : n > 4 ? 4 : 2;
        constexpr size_t log2_half = half == 16 ? 4 : half == 8 ? 3 : half == 4 ? 2 : 1;
        return fma(polynomial_of<n - half>(c + half, powers), powers[log2_half],
                   polynomial_of<half>(c, powers));
    }
}
template <size_t n> MULTILAYER_INLINE V polynomial(const double (&c)[n], V x) {
    static_assert(n <= 32, "five powers of x");
    V powers[5] = {x};
    for (size_t i = 1; i < 5; ++i) powers[i] = powers[i - 1] * powers[i - 1];
    return polynomial_of<n>(c, powers);
}

// The same with the first `skipped` coefficients left out: (p(x) - c0 - ...) / x^skipped.
template <size_t skipped, size_t n> MULTILAYER_INLINE V polynomial_after(const double (&c)[n], V x) {
    V powers[5] = {x};
    for (size_t i = 1; i < 5; ++i) powers[i] = powers[i - 1] * powers[i - 1];
    return polynomial_of<n - skipped>(c + skipped, powers);
}

// The polynomial, without its first `skipped` coefficients as above, as two chains in x^2, one of the even
// and one of the odd powers: fewer operations, for formulas that compute several registers at once.
template <size_t skipped = 0, size_t n> MULTILAYER_INLINE V two_chains(const double (&c)[n], V x, V square) {
    V last = splat(c[n - 1]), before = splat(c[n - 2]);
    size_t i = n - 2;
    for (; i >= skipped + 2; i -= 2) {
        last = fma(last, square, splat(c[i - 1]));
        before = fma(before, square, splat(c[i - 2]));
    }
    V y = fma(last, x, before);
    return i == skipped ? y : fma(y, x, splat(c[skipped]));
}
// One chain: the fewest operations.
template <size_t n> MULTILAYER_INLINE V one_chain(const double (&c)[n], V x) {
    V y = splat(c[n - 1]);
    for (size_t i = n - 1; i > 0; --i) y = fma(y, x, splat(c[i - 1]));
    return y;
}

}  // namespace
