/* Sleeps to absolute instants, `period` us apart, for `count` of them, and prints by how much each was missed, ns. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  const long period = argc > 1 ? atol(argv[1]) * 1000L : 10000000L;
  const long count = argc > 2 ? atol(argv[2]) : 1000L;
  long *missed = malloc(sizeof(long) * (size_t)count);
  struct timespec next, now;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (long i = 0; i < count; i += 1) {
    next.tv_nsec += period;
    while (next.tv_nsec >= 1000000000L) {
      next.tv_nsec -= 1000000000L;
      next.tv_sec += 1;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
    missed[i] = (now.tv_sec - next.tv_sec) * 1000000000L + now.tv_nsec - next.tv_nsec;
  }
  for (long i = 0; i < count; i += 1) printf("%ld\n", missed[i]);
  free(missed);
  return 0;
}
