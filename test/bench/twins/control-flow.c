#include "twin.h"
#include <stdio.h>

typedef struct {
  bool up, reset;
  int32_t value;
  bool last;
} counter;

typedef struct {
  bool enable;
  int32_t part;
  int16_t state;
  int32_t rejected;
  counter good, bad;
  int32_t wait;
} station;

typedef struct {
  int32_t part;
  int16_t busy;
  station stations[5];
} cell;

uint32_t seed = 4711;
int32_t values[48];
cell cells[5];
int32_t found, probes, primes, common, total;
int16_t busy, mode;
int32_t histogram[10];

static int32_t gcd(int32_t a, int32_t b) {
  while (b != 0) {
    int32_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

static void counter_run(counter *c) {
  if (c->reset)
    c->value = 0;
  else if (c->up && !c->last)
    c->value++;
  c->last = c->up;
}

static void station_run(station *s) {
  switch (s->state) {
  case 0:
    if (s->enable) s->state = 10;
    break;
  case 10:
    s->wait = s->part % 4;
    s->state = 20;
    break;
  case 20:
  case 21:
    s->wait--;
    s->state = s->wait <= 0 ? 30 : 21;
    break;
  case 30:
    s->state = s->part % 7 == 0 ? 50 : 40;
    break;
  case 40:
  case 41:
  case 42:
  case 43:
  case 44:
  case 45:
    s->state++;
    break;
  case 46:
    s->state = 0;
    break;
  case 50:
    s->rejected++;
    s->state = 51;
    break;
  default:
    s->state = 0;
    break;
  }
  s->good.up = s->state == 46;
  s->good.reset = s->good.value > 1000;
  counter_run(&s->good);
  s->bad.up = s->state == 51;
  s->bad.reset = s->bad.value > 1000;
  counter_run(&s->bad);
}

static void cell_run(cell *c) {
  c->busy = 0;
  for (int n = 1; n <= 4; n++) {
    c->stations[n].enable = c->part % 3 != 0;
    c->stations[n].part = c->part + n;
    station_run(&c->stations[n]);
    if (c->stations[n].state != 0) c->busy++;
  }
}

void scan(int64_t now) {
  (void)now;
  for (int i = 0; i < 48; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (int32_t)(seed / 65536u) % 1000;
  }
  for (int i = 1; i < 48; i++) {
    int32_t key = values[i];
    int j = i - 1;
    while (j >= 0) {
      if (values[j] <= key) break;
      values[j + 1] = values[j];
      j--;
    }
    values[j + 1] = key;
  }
  found = 0;
  for (int i = 0; i < 20; i++) {
    int32_t key = i * 50;
    int low = 0, high = 47;
    while (low <= high) {
      probes++;
      int middle = (low + high) / 2;
      if (values[middle] == key) {
        found++;
        break;
      } else if (values[middle] < key)
        low = middle + 1;
      else
        high = middle - 1;
    }
  }
  primes = 0;
  for (int i = 2; i <= 100; i++) {
    bool prime = true;
    for (int j = 2; j * j <= i; j++)
      if (i % j == 0) {
        prime = false;
        break;
      }
    if (!prime) continue;
    primes++;
  }
  common = 0;
  for (int i = 1; i <= 16; i++) common += gcd(values[i] + 1, values[i + 16] + 1);
  for (int i = 0; i < 48; i++) {
    int32_t v = values[i];
    if (v < 100)
      histogram[0]++;
    else if (v < 200)
      histogram[1]++;
    else if (v < 300)
      histogram[2]++;
    else if (v < 400)
      histogram[3]++;
    else if (v < 500)
      histogram[4]++;
    else if (v < 600)
      histogram[5]++;
    else if (v < 700)
      histogram[6]++;
    else if (v < 800)
      histogram[7]++;
    else if (v < 900)
      histogram[8]++;
    else
      histogram[9]++;
  }
  busy = 0;
  for (int i = 1; i <= 4; i++) {
    cells[i].part = values[i * 7];
    cell_run(&cells[i]);
    busy += cells[i].busy;
  }
  mode++;
  do {
    mode -= 5;
  } while (!(mode < 5));
  if (mode < 0) mode += 7;
  switch (mode) {
  case 0:
    total += primes;
    break;
  case 1:
    total -= found;
    break;
  case 2:
    total += busy;
    break;
  case 3:
    total += common % 17;
    break;
  case 4:
    total -= 1;
    break;
  case 5:
    total += 3;
    break;
  case 6:
    total = (int32_t)((uint32_t)total * 3u);
    break;
  }
}

void report(void) {
  char path[64];
  report_int("Main.Seed", seed);
  report_int("Main.Found", found);
  report_int("Main.Probes", probes);
  report_int("Main.Primes", primes);
  report_int("Main.Common", common);
  report_int("Main.Total", total);
  report_int("Main.Busy", busy);
  report_int("Main.Mode", mode);
  for (int i = 0; i < 48; i++) {
    snprintf(path, sizeof path, "Main.Values[%d]", i);
    report_int(path, values[i]);
  }
  for (int i = 0; i < 10; i++) {
    snprintf(path, sizeof path, "Main.Histogram[%d]", i);
    report_int(path, histogram[i]);
  }
  for (int i = 1; i <= 4; i++)
    for (int n = 1; n <= 4; n++) {
      snprintf(path, sizeof path, "Main.Cells[%d].Stations[%d].State", i, n);
      report_int(path, cells[i].stations[n].state);
      snprintf(path, sizeof path, "Main.Cells[%d].Stations[%d].Rejected", i, n);
      report_int(path, cells[i].stations[n].rejected);
      snprintf(path, sizeof path, "Main.Cells[%d].Stations[%d].Good.Value", i, n);
      report_int(path, cells[i].stations[n].good.value);
    }
}
