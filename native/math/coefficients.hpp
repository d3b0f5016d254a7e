// Written by native/math/generate_coefficients.py; the comments there say how.
#pragma once

#include "math/pieces.hpp"

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

// (2^(f/8) - 1) / f for |f| <= 1/2
// relative error 2^-52.6
constexpr double eighth_exp2_full[] = {
    0x1.62e42fefa39efp-4,  0x1.ebfbdff82c6c7p-9,  0x1.c6b08d704a120p-14, 0x1.3b2ab6f1e79e3p-19,
    0x1.5d87fe72a644cp-25, 0x1.430def1d3db98p-31, 0x1.ffd1f97306055p-38,
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

// (log(1 + f) - f) / f^2 for what `log_tables` leaves of 1 + w
// relative error 2^-49.2
constexpr double near_log_full[] = {
    -0x1.ffffffffffff3p-2, 0x1.555555555587ap-2, -0x1.0000000067212p-2, 0x1.9999998a909d2p-3,
    -0x1.5555454f2ef68p-3, 0x1.2492d07b413edp-3, -0x1.00665542cf72ap-3, 0x1.c4bdc4a0ca75fp-4,
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

// w times this, rounded, counts the pieces of log_tables
constexpr double log_pieces = 15.48;

// c near 1 / (1 + w), and -log(c)
constexpr Tables<2> log_tables = {{
    {0x1.0000000000000p+0, 0x1.e0ee9a21a2000p-1, 0x1.c56b3428aa000p-1, 0x1.ace213f9b4000p-1,
     0x1.96ddd4e41e000p-1, 0x1.8300000990000p-1, 0x1.70fbb5a896000p-1, 0x1.6091c3d38e000p-1,
     0x1.518dbcd5d4000p-1, 0x1.43c3c3cc66000p-1, 0x1.370edeafbe000p-1, 0x1.2b4fa96a9c000p-1,
     0x1.206b519972000p-1, 0x1.164ac952a4000p-1, 0x1.0cda236af0000p-1, 0x1.040810267c000p-1},
    {0x0.0p+0, 0x1.0067728fe7c41p-4, 0x1.f1b2e5f71d471p-4, 0x1.6ac87aca15fb9p-3, 0x1.d6b60e20ab6ffp-3,
     0x1.1e9e165f3c3a1p-2, 0x1.4f6f66c634be8p-2, 0x1.7e07f0504a9bcp-2, 0x1.aa993942ae2bcp-2,
     0x1.d54e959609ad3p-2, 0x1.fe4e242cdef7fp-2, 0x1.12dcce29b1f8ap-1, 0x1.25d77aa23c217p-1,
     0x1.38247781b7214p-1, 0x1.49cfc24965ec2p-1, 0x1.5ae4253899d57p-1},
}};

constexpr double tail_offset = 2.5;
// x exp(x^2 / 2) Phi(-x), for 0 <= x < 37.5: centre, value there, and coefficients of the rest in x - centre
// relative error 2^-56.1
constexpr Tables<16> tail_tables = {{
    {0x1.0bffffce20000p+5, 0x0.0p+0, 0x1.800015f000000p-1, 0x1.3fffe9e400000p+0, 0x1.fffff96400000p+0,
     0x1.8000058c00000p+1, 0x1.fffffbd200000p+1, 0x1.3ffffdb300000p+2, 0x1.9ffffef400000p+2,
     0x1.1000012080000p+3, 0x1.4fffffe300000p+3, 0x1.9000000700000p+3, 0x1.effffe3880000p+3,
     0x1.38000172c0000p+4, 0x1.7800003c00000p+4, 0x1.b7ffff7f80000p+4},
    {0x1.9827629465ca1p-2, 0x0.0p+0, 0x1.cd28442276d06p-3, 0x1.275f82949d99dp-2, 0x1.5845db8cad216p-2,
     0x1.754a75ea5f094p-2, 0x1.82b4bb3dba884p-2, 0x1.89d3abb10efa4p-2, 0x1.8f76de9f0e2b0p-2,
     0x1.9315264c64182p-2, 0x1.94e875e4b2f15p-2, 0x1.95f377d5f5b17p-2, 0x1.96d65a5163322p-2,
     0x1.97736fc4da654p-2, 0x1.97c7f92cdbd50p-2, 0x1.97fa9504a8bb4p-2},
    {0x1.622bc06552772p-16, 0x1.0000000000000p-1, 0x1.5bf7deb67e0a5p-3, 0x1.7b79f6f49f2b5p-4,
     0x1.5d30123512ec8p-5, 0x1.2c08c0286b063p-6, 0x1.2dda0a350f005p-7, 0x1.542a9fa3d5063p-8,
     0x1.4ea5096ca6d8cp-9, 0x1.3ae800a25f4fcp-10, 0x1.56ee3e0d7c139p-11, 0x1.9ca850366c45ap-12,
     0x1.b67492cc2aabdp-13, 0x1.bc58f07514ecap-14, 0x1.fe34ce5aa6121p-15, 0x1.3f4e3c386ed4fp-15},
    {-0x1.f9aca2b3a95dfp-21, -0x1.9884533d4364ep-2, -0x1.c2c6cebe7a98dp-4, -0x1.aece315963f3bp-5,
     -0x1.49875fa3281a0p-6, -0x1.c642b9c592a5cp-8, -0x1.78fbc1d28bbc8p-9, -0x1.66fd68434915ap-10,
     -0x1.1c87ccd8a1406p-11, -0x1.a697450d7017bp-13, -0x1.7abf5fabfff87p-14, -0x1.828d3dac3a3b2p-15,
     -0x1.4dffcc1ef202ep-16, -0x1.0ea24ff210c07p-17, -0x1.02ac8461f61a4p-18, -0x1.1535c4f7b542dp-19},
    {0x1.4099c44743d75p-25, 0x1.ffffffffffddap-3, 0x1.d68c492d71002p-5, 0x1.8ff2dd974f92dp-6,
     0x1.0300ffe741f61p-7, 0x1.239d7ff6e3ee0p-9, 0x1.943c585a04c7cp-11, 0x1.481101e8867a8p-12,
     0x1.a67419de18175p-14, 0x1.f245cf6b88452p-16, 0x1.70d94e72d1be2p-17, 0x1.3ffb537f2147fp-18,
     0x1.c28b2c189ebc8p-20, 0x1.244b204891d2ep-21, 0x1.d17aba51c5475p-23, 0x1.ab4ae40821490p-24},
    {-0x1.7cc890f5f855ep-30, -0x1.1058377e260e4p-3, -0x1.a8946e22efb4cp-6, -0x1.447088934256bp-7,
     -0x1.68bc5b3f16480p-9, -0x1.50840d87152abp-11, -0x1.89a2b58353dc8p-13, -0x1.1247d8fccc914p-14,
     -0x1.210b3d216c3a0p-16, -0x1.10516bf111369p-18, -0x1.4e1f36dbfefcep-20, -0x1.edc94cc7e31edp-22,
     -0x1.1bc7e0476066ap-23, -0x1.273666152f452p-25, -0x1.87f266acc4ad8p-27, -0x1.345589eea4dd7p-28},
    {0x1.b1cb1b05acbc4p-35, 0x1.fffffffd1e02fp-5, 0x1.572c874285587p-7, 0x1.db754905e3f78p-9,
     0x1.cad6a8460c073p-11, 0x1.66d2a086926e6p-13, 0x1.654f26d91d4fdp-15, 0x1.ae4957249c2ecp-17,
     0x1.75925ac26cac4p-19, 0x1.1aa7e335e0cc9p-21, 0x1.20554f6e82f48p-23, 0x1.6bb06f999ba0ap-25,
     0x1.55df0e26a900ep-27, 0x1.1d8541125e8eep-29, 0x1.3c46bf51d3fabp-31, 0x1.aaa36de7af889p-33},
    {-0x1.e00955cfdc5cbp-40, -0x1.b3c0586d06888p-6, -0x1.fbbd95fc62682p-9, -0x1.40fef8b70e89dp-10,
     -0x1.0f48f2908c068p-12, -0x1.6734797908a89p-15, -0x1.32cf3a5be55dcp-17, -0x1.411ba9e3ab805p-19,
     -0x1.ce240426eed24p-22, -0x1.1a3d0513da42ep-24, -0x1.e030cf0a85c52p-27, -0x1.02fa703f4de4ap-28,
     -0x1.8ee52ba9d7180p-31, -0x1.0bcfbad6820bdp-33, -0x1.ef63d7067ad3fp-36, -0x1.1e99b21e56feep-37},
    {0x1.03f5271aa57e3p-44, 0x1.55554dbf7396dp-7, 0x1.5cc37bb13f6adp-10, 0x1.94a95e050a008p-12,
     0x1.2dbea9dab93a9p-14, 0x1.5514a1e44cc65p-17, 0x1.f7176e2e7633dp-20, 0x1.cbf5500efc880p-22,
     0x1.13dc1fc82e8c3p-24, 0x1.11404699ca8b7p-27, 0x1.84d24125a7a20p-30, 0x1.6752dd8f64686p-32,
     0x1.c6391218751e2p-35, 0x1.eaf062be0bf7ap-38, 0x1.7b6541f4ceba1p-40, 0x1.78b73b33b9e5dp-42},
    {-0x1.14e9e6650b18bp-49, -0x1.f1ff8d7e2b9f0p-9, -0x1.c17d0c658397bp-12, -0x1.e0cab8556eadfp-14,
     -0x1.3e55cc5113818p-16, -0x1.356b3f60230e6p-19, -0x1.8c5fed1889594p-22, -0x1.3e06ed2a9ddbbp-24,
     -0x1.3f8dc9ff1268ap-27, -0x1.01d4a3a1ba062p-30, -0x1.33b0dcdc157efp-33, -0x1.e81cf664aa811p-36,
     -0x1.fb415ace93781p-39, -0x1.b9df05fd1e42ep-42, -0x1.1d878a5781951p-44, -0x1.e6cf15250d59ep-47},
    {0x1.23160d1715509p-54, 0x1.554cedb60c055p-10, 0x1.11d94f5f89d53p-13, 0x1.0f1bc55caa5fcp-15,
     0x1.4086ed7173e6ep-18, 0x1.0d9a72061bc2ap-21, 0x1.2d847493d9db4p-24, 0x1.aa613fc8b7e0fp-27,
     0x1.6892fe0b32e4cp-30, 0x1.dbe99ab073ee6p-34, 0x1.dd943ad6f5a12p-37, 0x1.45b339599be12p-39,
     0x1.16b8c951ea420p-42, 0x1.87d91b6d50b74p-46, 0x1.a7be2346b9accp-49, 0x1.3642ecea93605p-51},
    {-0x1.2ea868d24f86cp-59, -0x1.ba3450dc3b075p-12, -0x1.3d64027eed0f6p-15, -0x1.23d107ac0e8bbp-17,
     -0x1.3582c29d147a1p-20, -0x1.c51c7398e6fe1p-24, -0x1.bc7a8643acbdbp-27, -0x1.160103d245f2ep-29,
     -0x1.8d6fdebb3c9abp-33, -0x1.aebd54fa00d25p-37, -0x1.6c64a7fa28758p-40, -0x1.ac0ebb304f416p-43,
     -0x1.2e21196e78561p-46, -0x1.572f0ce1ff54ep-50, -0x1.36c1601aec3cep-53, -0x1.87086720a39d5p-56},
    {0x1.3769c3aa97169p-64, 0x1.0ebeebe759718p-13, 0x1.5f91f3eaf4b65p-17, 0x1.2d1cb1fe2978ap-19,
     0x1.1f8df91839791p-22, 0x1.7047ba5995a6cp-26, 0x1.3e43376818058p-29, 0x1.616fbb95c1d81p-32,
     0x1.ac46a3b537c6cp-36, 0x1.7ed521d4aea83p-40, 0x1.11c5fabf1d8bbp-43, 0x1.1579e0a068ddfp-46,
     0x1.4325c1a08c89cp-50, 0x1.292dde7682615p-54, 0x1.c31e44d6946e7p-58, 0x1.e80fb36f99520p-61},
    {-0x1.3e59255f9b913p-69, -0x1.31b33cc734a0ep-15, -0x1.75bc21562e892p-19, -0x1.2af96b7732a49p-21,
     -0x1.02377da0b03bdp-24, -0x1.2289fd4befa0dp-28, -0x1.bc04b6803e5e4p-32, -0x1.b71b58bc18a3cp-35,
     -0x1.c54b741aa4905p-39, -0x1.4f1925022bfe4p-43, -0x1.95f32dc82cad7p-47, -0x1.637d345da2624p-50,
     -0x1.5688d5418f28bp-54, -0x1.fe3a8eb7e963ap-59, -0x1.44b8e5a0a44ddp-62, -0x1.2e241cccab792p-65},
    {0x1.562c95315b2abp-74, 0x1.1f1e615ddfe2ep-17, 0x1.8385884355176p-21, 0x1.21cbf4672e948p-23,
     0x1.d2b412ace7f41p-27, 0x1.cb68e04e98855p-31, 0x1.358f4e38081a4p-34, 0x1.1023f3f69b019p-37,
     0x1.f32dee788316bp-42, 0x1.2cc33d0f56161p-46, 0x1.31e54b653aa1ep-50, 0x1.cc46fc74f2731p-54,
     0x1.7e16febe79320p-58, 0x1.c3e661b35ed80p-63, 0x1.dcfaa45dfab28p-67, 0x1.7b18ca6c8f713p-70},
    {-0x1.5927d3c0c0699p-79, -0x1.456a8c252e1a0p-20, -0x1.7ea7d09ad7f6ep-23, -0x1.0c8815325133bp-25,
     -0x1.891b2960f91bcp-29, -0x1.56da88e1b141fp-33, -0x1.9b7ef04bdc3adp-37, -0x1.44164e0cf5cb9p-40,
     -0x1.fd533ed504768p-45, -0x1.ff44a4aeb8df4p-50, -0x1.ba8b256daed19p-54, -0x1.2098db8d57278p-57,
     -0x1.8d62f0933bf53p-62, -0x1.7dac901165a5bp-67, -0x1.5251cf13c2ff2p-71, -0x1.cef3cfc99e19dp-75},
}};

}  // namespace
