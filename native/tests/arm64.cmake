# The core's own tests for arm64 on an x86-64 Debian: apt install g++-aarch64-linux-gnu qemu-user, then
# cmake --toolchain native/tests/arm64.cmake -DMULTILAYER_TESTS=ON ... and ctest. The emulator aborts in the child of a
# fork of a process with threads; everything else runs as on the hardware.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
