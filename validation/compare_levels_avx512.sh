#!/bin/sh
# Compares the vector kernels of AVX-512 with the portable ones, bit for bit, on a processor that need not have it: Bochs
# emulates a whole machine, on which a Linux kernel starts one program, compare_levels.c. Takes some minutes.
#
# Bochs 2.7 rounds ties away from even where it converts float32 to float16. So that other kernels are not blamed for that,
# conversions are done by integers here, as on processors that have no instruction for it.
#
# Needs Debian's packages bochs, bochsbios, vgabios, isolinux, syslinux-common, xorriso and cpio, and downloads a kernel.
#
# Usage: validation/compare_levels_avx512.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for tool in bochs xorriso cpio clang++ apt-get; do
    command -v "$tool" >/dev/null || { echo "$tool is missing; see the packages named in $0" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cp -r "$here/../Sources/VectorKernels" kernels
sed -i 's/float16_by_conversion {/float16_by_bits {/' kernels/level_avx512.cpp
grep -q 'float16_by_bits {' kernels/level_avx512.cpp || { echo "level_avx512.cpp converts float16 otherwise" >&2; exit 1; }
cat >init.c <<'EOF'
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>
int compare_levels(void);
int main(void) {
    printf("\nexit status %d\n", compare_levels());
    fflush(stdout);
    sleep(5);
    return reboot(RB_POWER_OFF);
}
EOF
clang++ -O1 -Ikernels/include -Dmain=compare_levels -DLEVELS=vk_level_avx512 -x c -c "$here/compare_levels.c" -o levels.o
clang++ -O1 -static -Ikernels/include -x c init.c -x c++ kernels/*.cpp -x none levels.o -lm -o init
mkdir -p machine/isolinux
echo init | cpio --quiet -o -H newc | gzip >machine/initrd.gz

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
apt-get download -qq "$kernel" 2>/dev/null
dpkg-deb -x linux-image-*.deb image
cp image/boot/vmlinuz-* machine/vmlinuz
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 machine/isolinux
# Bochs says another size of the processor's state than its compacted form has (XSAVES and XSAVEC): the other form is used.
cat >machine/isolinux/isolinux.cfg <<'EOF'
default levels
label levels
  kernel /vmlinuz
  append initrd=/initrd.gz console=ttyS0 loglevel=3 clearcpuid=323,321 mitigations=off tsc=reliable noapic nosmp lpj=1000000
EOF
xorriso -as mkisofs -quiet -o machine.iso -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot \
    -boot-load-size 4 -boot-info-table machine
cat >bochsrc <<EOF
cpu: model=corei7_skylake_x, ips=100000000
memory: guest=512, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0-master: type=cdrom, path=$work/machine.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial.txt
log: $work/bochs.log
panic: action=report
display_library: rfb, options="timeout=0"
clock: sync=none
EOF
echo continue >commands
# Powering off ends Bochs with a status of its own.
bochs -q -f bochsrc -rc commands >bochs.txt 2>&1 </dev/null || true
tr -d '\r' <serial.txt
grep -q '^exit status 0' serial.txt
