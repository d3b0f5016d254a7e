// Written by native/coefficients/generate.py; the comments there say how.
#pragma once

namespace {

// (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2
// relative error 2^-57.6
constexpr double exp_full[] = {
    0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,  0x1.11111111100bep-7,
    0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13, 0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19,
    0x1.27e4db46cddd1p-22, 0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29,
};
// relative error 2^-28.4
constexpr double exp_brief[] = {
    0x1.0000000ba132cp-1, 0x1.5555555a800cdp-3,  0x1.5554e8a22b84cp-5,
    0x1.1110e0c5c7f50p-7, 0x1.6d43af18200d3p-10, 0x1.a1256cd2f13c2p-13,
};

// the same for |r| <= log(2) / 16
// relative error 2^-46.4
constexpr double eighth_exp_full[] = {
    0x1.000000000002ep-1, 0x1.555555555556ap-3,  0x1.5555554e8d709p-5,
    0x1.1111110e0d900p-7, 0x1.6c1b735ab0459p-10, 0x1.a01e2e013e538p-13,
};

// the same for more accuracy
// relative error 2^-55.1
constexpr double careful_eighth_exp_full[] = {
    0x1.0000000000000p-1,  0x1.555555555559ep-3,  0x1.5555555555572p-5,  0x1.1111110c60f21p-7,
    0x1.6c16c16856a9cp-10, 0x1.a01ee0121d9bcp-13, 0x1.a01de6c734237p-16,
};

// (r coth(r) - 1) / r^2 in w = r^2, for |r| <= log(2) / 4
// relative error 2^-51.2
constexpr double coth_full[] = {
    0x1.5555555555553p-2,   -0x1.6c16c16c0aa83p-6, 0x1.1566ab5b82902p-9,
    -0x1.bbd52fec5a3ebp-13, 0x1.63f123c24a857p-16,
};

// the same for |r| <= 3/4
// relative error 2^-54.0
constexpr double wide_coth_full[] = {
    0x1.5555555555555p-2,   -0x1.6c16c16c1699dp-6,  0x1.1566abbfd6904p-9,
    -0x1.bbd778f00879ep-13, 0x1.66a8df6b6dd30p-16,  -0x1.227d3c59f21f1p-19,
    0x1.d642043baece4p-23,  -0x1.7505ccf314700p-26, 0x1.e147f62f94365p-30,
};

// 4 (r coth(r) - 1) / r^2 - 1 in w = r^2 / 4, for |r| <= 3/5
// relative error 2^-51.9
constexpr double quarter_coth_full[] = {
    0x1.5555555555554p-2, -0x1.6c16c16c1655fp-2, 0x1.1566abbf4d134p-3, -0x1.bbd77821f39f4p-5,
    0x1.66a89515e5012p-6, -0x1.226ee237c7aaap-7, 0x1.d338358302345p-9, -0x1.4a7ab006fecccp-10,
};

// 2^f for |f| <= 1/2
// relative error 2^-28.6
constexpr double exp2_brief[] = {
    0x1.0000000000000p+0, 0x1.62e430d034702p-1,  0x1.ebfbe045f4d3cp-3,  0x1.c6aecc669b6ddp-5,
    0x1.3b2a1b7152befp-7, 0x1.5f48c04f62e50p-10, 0x1.443fffc90db59p-13,
};

// (log((1 + s) / (1 - s)) - 2 s) / s^3 in w = s^2, for u = (1 + s) / (1 - s) in [1/sqrt(2), sqrt(2)]
// relative error 2^-54.0
constexpr double log_full[] = {
    0x1.5555555555555p-1, 0x1.999999999999ap-2, 0x1.2492492492485p-2, 0x1.c71c71c71f2f4p-3,
    0x1.745d174376d98p-3, 0x1.3b13b26417fe9p-3, 0x1.1110b815e92d0p-3, 0x1.e202ca74e1013p-4,
    0x1.ab7ff0c2cf2edp-4, 0x1.befa72254565bp-4,
};

// the same for u in [1, 2]
// relative error 2^-53.8
constexpr double wide_log_full[] = {
    0x1.5555555555555p-1, 0x1.9999999999944p-2, 0x1.2492492499d46p-2, 0x1.c71c71bedea97p-3,
    0x1.745d19937b1fcp-3, 0x1.3b13515f6f9efp-3, 0x1.111abdc8abe16p-3, 0x1.e0a2d581ab68fp-4,
    0x1.bc37f0140c19ep-4, 0x1.32e0d25c9c761p-4, 0x1.401d3e65cdc48p-3,
};

// log(1 + w) / w for w in [0, 1]
// relative error 2^-32.8
constexpr double log1p_brief[] = {
    0x1.fffffffed8c7bp-1, -0x1.fffffd65a9343p-2, 0x1.5554d749ee965p-2, -0x1.ffed11a34c352p-3,
    0x1.98da7a153f7f8p-3, -0x1.50ca34d85fbddp-3, 0x1.1280b7cb11a24p-3, -0x1.9cf362ab000afp-4,
    0x1.041b9d37b5255p-4, -0x1.e83ede92f9363p-6, 0x1.2479645773dd0p-7, -0x1.485b92f1b086cp-10,
};

// (x - tanh(x)) / x^3 in w = x^2, for |x| <= 3/4
// relative error 2^-33.3
constexpr double tanh_brief[] = {
    0x1.55555554cad02p-2, -0x1.1111101a5e9f2p-3, 0x1.ba1b108394e87p-5,  -0x1.663edcbd43665p-6,
    0x1.2181f2b58f409p-7, -0x1.c81e91ff98e3cp-9, 0x1.3a332e1d155ddp-10, -0x1.0a6af5789f463p-12,
};

// exp(x^2 / 2) Phi(-x) (x + 3) in t = (x - 3) / (x + 3), for 0 <= x <= 40
// relative error 2^-53.7
constexpr double normal_full[] = {
    0x1.754a751a56f4ap-1,   -0x1.04c7295a48f33p-1,  0x1.d71387c654c86p-3,   -0x1.832dbf6992abep-5,
    -0x1.56d8e3d7e9ceap-7,  0x1.c8f52c329e03bp-8,   0x1.0d608c84cdfecp-10,  -0x1.12285f1b79bcbp-10,
    -0x1.0d09e84398e45p-12, 0x1.43c9f3d55e0b7p-13,  0x1.4a901afd04d5cp-14,  -0x1.bc7bf2470b77fp-17,
    -0x1.5b15324fdfcd2p-16, -0x1.d7ccbae7d9fa0p-19, 0x1.e816c5eac5b68p-19,  0x1.2de5192ceb259p-19,
    0x1.b66f7ab639109p-27,  -0x1.3689b28a0c69dp-21, -0x1.27194e15ce3fdp-22, 0x1.7aba1d7afadc2p-26,
    0x1.80f2c7b371e71p-24,  0x1.75fba754a541bp-25,  -0x1.c34093b9c2b2dp-29, -0x1.1fb435c4d95cap-26,
    -0x1.0b34b18c556c2p-27, 0x1.0673cc1737a62p-29,  0x1.90bf519f84299p-29,  0x1.e38c1894787acp-32,
    -0x1.ae0da2d4f5794p-32, -0x1.18f0d052dd76ep-33,
};
// what the rounding of the first of them left out
constexpr double normal_full_rest[] = {-0x1.63e6eb82e1301p-55, 0x1.ea80fb51b5d63p-55};
// relative error 2^-27.5
constexpr double normal_brief[] = {
    0x1.754a752728b98p-1,   -0x1.04c72a299f701p-1, 0x1.d71376553f576p-3,  -0x1.832c62c385872p-5,
    -0x1.56c8ec4998bcbp-7,  0x1.c8a3e4b014391p-8,  0x1.0a9a52da92dc8p-10, -0x1.0e5673b0d0dffp-10,
    -0x1.dfe1ecce8f8c7p-13, 0x1.1ce4de76db39fp-13, 0x1.68b9920a80985p-15, -0x1.b335c08cbbf9dp-18,
};

// 2^(j/8), less j 2^49 in its bits; and by what fraction it is too small
alignas(64) constexpr double eighths[] = {
    0x1.0000000000000p+0, 0x1.f72b83c7d517bp-1, 0x1.f06fe0a31b715p-1, 0x1.ebfdad5362a27p-1,
    0x1.ea09e667f3bcdp-1, 0x1.eace5422aa0dbp-1, 0x1.ee89f995ad3adp-1, 0x1.f5818dcfba487p-1,
};
alignas(64) constexpr double eighths_rest[] = {
    0x0.0p+0,
    -0x1.01b15eaa59348p-55,
    0x1.34d754db0abb6p-55,
    0x1.690cebb7aafb0p-56,
    -0x1.3b3efbf5e2228p-54,
    0x1.db72fc1f0eab4p-55,
    0x1.c1a7792cb3387p-55,
    0x1.4a385a63d07a7p-56,
};

}  // namespace
