/* The start of a Cortex-M: the stack, a test, and the emulator's exit (semihosting): status 0 if nothing is wrong. */
#include <stdint.h>

int SELF_TEST(void);
void start(void);

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[2] = {0x20080000u, (uintptr_t)start};

void start(void) {
    const int wrong = SELF_TEST();
    register int operation __asm__("r0") = 0x18;
    register uintptr_t reason __asm__("r1") = wrong == 0 ? 0x20026 : 0x20023;
    __asm__ volatile("bkpt 0xab" : : "r"(operation), "r"(reason) : "memory");
    for (;;) {
    }
}
