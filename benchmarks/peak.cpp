// The processor's own limit: independent fused multiply-adds on registers, as many as it can retire.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

typedef float Vec __attribute__((vector_size(VECTOR_BYTES)));

static double gigaflops(double seconds) {
    Vec sums[12] = {};
    Vec x = Vec{} + 1.0f, y = Vec{} + 1e-9f;
    long rounds = 0;
    auto start = std::chrono::steady_clock::now();
    double elapsed = 0;
    while (elapsed < seconds) {
        for (int i = 0; i < 100000; ++i)
            for (Vec &sum : sums) {
                sum = x * sum + y;
                asm volatile("" : "+v"(sum));
            }
        rounds += 100000;
        elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return 2.0 * 12 * (VECTOR_BYTES / 4) * rounds / elapsed * 1e-9;
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? std::atoi(argv[1]) : 1;
    std::vector<double> rates(threads);
    std::vector<std::thread> pool;
    for (int i = 0; i < threads; ++i) pool.emplace_back([&rates, i] { rates[i] = gigaflops(0.5); });
    double total = 0;
    for (int i = 0; i < threads; ++i) pool[i].join(), total += rates[i];
    std::printf("%.1f\n", total);
}
