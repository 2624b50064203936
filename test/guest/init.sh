#!/bin/busybox sh
# The guest's init. What it does is chosen on the kernel command line:
#   gvt.run=boot    load i915, set the font, write known lines, report, power off
#   gvt.run=gem     the same, then benchmarks, page flips, a GPU reset, unload and load again
#   gvt.run=nop     the same, then submissions with nothing in them, and how long each took
#   gvt.bench=full  let the benchmarks run their seconds, instead of the shortest round (see below)
#   gvt.pch=1       say what the driver has found out about its PCH
# Reports go to the second serial line, "@@ key value" each; the first one is the kernel's own log.

/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t debugfs debug /sys/kernel/debug
mount -t tmpfs tmp /tmp

stty -F /dev/ttyS1 raw -echo
exec </dev/null >/dev/ttyS1 2>&1

say() { echo "@@ $*"; }

word() {
  for w in $(cat /proc/cmdline); do
    case "$w" in "gvt.$1="*) echo "${w#*=}"; return ;; esac
  done
  echo "$2"
}

# Runs "$@" with a bound in seconds; its output, then its result, become part of the report.
bench() {
  name=$1; bound=$2; shift 2
  timeout "$bound" "$@" </dev/null >/tmp/output 2>&1
  outcome "$name" $?
}

outcome() { # name, exit code; the program's output is in /tmp/output
  say output begin "$1"
  tail -n 40 /tmp/output
  echo
  say output end "$1"
  say bench "$1" "$2"
}

await() { # path, seconds
  n=0
  until [ -e "$1" ] || [ $n -ge $(($2 * 10)) ]; do sleep 0.1; n=$((n + 1)); done
  [ -e "$1" ]
}

has() { [ -e "$1" ] && echo 1 || echo 0; }

load() {
  say phase load
  modprobe drm
  # The driver says what it found only among its debug messages.
  [ "$(word pch 0)" = 1 ] && echo 4 >/sys/module/drm/parameters/debug
  modprobe i915
  say modprobe $?
  echo 0 >/sys/module/drm/parameters/debug
  # The console is set up after the probe; without a monitor it never comes.
  [ -z "$gpu" ] || await /dev/fb0 30
}

# The lines of the known text are in /lines.txt, each as it must be read from the screen.
screen() {
  say phase screen
  loadfont </font.psf >/dev/tty1 2>/tmp/font.err
  say font $? "$(cat /font.name)" "$(tr '\n' ' ' </tmp/font.err)"
  printf '\033[?25l\r\n' >/dev/tty1
  while read -r line; do
    printf '%s\r\n' "$line" >/dev/tty1
    say line "$line"
  done </lines.txt
  # A screen that does not flip is looked at once a second.
  say screen ready
  sleep 3
  say screen done
}

content() { if [ -f "$1" ]; then cat "$1"; else echo none; fi; }

debugfs() { ls -d /sys/kernel/debug/dri/*/"$1" 2>/dev/null | head -n 1; }

report() {
  say phase report
  say card0 "$(has /dev/dri/card0)"
  say renderD128 "$(has /dev/dri/renderD128)"
  say fb0 "$(has /dev/fb0)"
  say wedged "$(content "$(debugfs i915_wedged)")"
  say interrupts "$(grep i915 /proc/interrupts)"
  say console "$(content /sys/class/graphics/fb0/name)" "$(content /sys/class/graphics/fb0/virtual_size)"
  dmesg | grep '\[i915\].* PCH' | while read -r line; do say pch "$line"; done
}

# The benchmarks measure for at least one or two seconds, which is up to 200,000 submissions. Here one
# round is enough: the program is stopped in its first one, until its time is over; then it goes on and
# ends by itself, on the same path as always.
brief() { # seconds it measures, processes it has while it measures, seconds it may run, then as bench
  measure=$1; processes=$2; head=$3; shift 3
  rm -f /tmp/over
  [ "$(word bench short)" = short ] && hold "$3" "$measure" "$processes" "$head" &
  bench "$@"
  touch /tmp/over
  wait
}

hold() { # program, seconds it measures, processes, seconds it may run
  until [ "$(pidof "$1" | wc -w)" -ge "$3" ]; do
    [ -e /tmp/over ] && return
    sleep 0.02
  done
  sleep "$4"
  $in_the_midst
  killall -STOP "$1"
  sleep "$2.2"
  killall -CONT "$1"
}

# A child of gem_exec_nop measures; its check of the time comes every 1024 submissions.
nop() { # prefix, engine
  brief 2 2 0 "$1gem_exec_nop.$2" 120 gem_exec_nop -e "$2" -r 1
}

latency() { # prefix
  brief 1 1 0.3 "$1gem_latency" 60 gem_latency -t 1
}

flips() {
  connector=$(modetest -M i915 -c 2>/dev/null | awk '$3 == "connected" { print $1; exit }')
  # modetest flips until something can be read from its input.
  { sleep 3; echo; } | timeout 60 modetest -M i915 -s "$connector:#0" -v >/tmp/output 2>&1
  outcome modetest $?
  bench kms_vblank 60 kms_vblank -r 1
}

# The driver leaves engines alone that it has put to sleep, so the reset comes while one is in use. The
# first one also captures the state of the GPU, and that takes so long that the engine may be asleep by
# then; a later one finds it awake.
reset() {
  n=0
  until dmesg | tail -n 20 | grep -q Resetting || [ $n -ge 10 ]; do
    echo 0xffffffff >"$(debugfs i915_wedged)"
    echo $? >/tmp/reset
    n=$((n + 1))
  done
}

consoles() { # 0 unbinds fbcon from the frame buffer, 1 binds it again
  for v in /sys/class/vtconsole/vtcon*; do
    grep -q "frame buffer" "$v/name" && echo "$1" >"$v/bind"
  done
}

gem() {
  say phase gem
  for engine in rcs bcs vcs vecs; do nop "" $engine; done
  latency ""
  say phase flips
  flips
  say phase reset
  in_the_midst=reset
  brief 2 2 0.1 during_reset.gem_exec_nop.rcs 120 gem_exec_nop -e rcs -r 1
  in_the_midst=
  [ -e /tmp/reset ] || reset
  : >/tmp/output
  outcome reset "$(cat /tmp/reset)"
  nop after_reset. bcs
  say phase unload
  consoles 0
  bench rmmod 60 rmmod i915
  say gone "$(has /dev/dri/card0)"
  load
  consoles 1
  screen
  latency after_reload.
}

say hello "$(uname -r)"
gpu=$(cat /sys/bus/pci/devices/0000:00:02.0/vendor /sys/bus/pci/devices/0000:00:02.0/device 2>/dev/null)
say device $gpu
load
screen
case "$(word run boot)" in
  gem) gem ;;
  nop) nop "" rcs ;;
esac
report
say dmesg begin
dmesg
say dmesg end
say end
sync
poweroff -f
sleep 60
