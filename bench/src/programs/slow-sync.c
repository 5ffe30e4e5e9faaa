/*
 * Makes each fsync and fdatasync of a process take at least SLOW_SYNC_MICROS microseconds, as on a network volume:
 * gcc -shared -fPIC -O2 -o slow-sync.so slow-sync.c -ldl, then LD_PRELOAD=slow-sync.so.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

static long delayNanos(void) {
  static long nanos = -1;
  if (nanos < 0) {
    const char *micros = getenv("SLOW_SYNC_MICROS");
    nanos = micros == NULL ? 0 : atol(micros) * 1000;
  }
  return nanos;
}

static int syncSlowly(int (*sync)(int), int file) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_nsec += delayNanos();
  end.tv_sec += end.tv_nsec / 1000000000;
  end.tv_nsec %= 1000000000;
  int result = sync(file);
  /* A sleep is 50 microseconds longer than asked for unless the thread says that it wants it exact. */
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
  return result;
}

int fsync(int file) { return syncSlowly((int (*)(int))dlsym(RTLD_NEXT, "fsync"), file); }

int fdatasync(int file) { return syncSlowly((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"), file); }
