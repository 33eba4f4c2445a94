#include "twin.h"

int32_t count;

void scan(int64_t now) {
  (void)now;
  count++;
}

void report(void) { report_int("Main.Count", count); }
