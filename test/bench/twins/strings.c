#include "twin.h"
#include <stdio.h>
#include <stdlib.h>

/* Strings of fixed capacity, cut where they would not fit, positions from 1: what the program asks for, with libc. */
uint32_t seed = 99;
char names[8][21] = {"Conveyor", "Mixer", "Pump", "Valve north", "Valve south", "Heater", "Lift", "Gate"};
char line[81], copy[81], part[21];
char log_lines[8][81];
int16_t next_line;
int32_t length, at, matches, larger, hash;

static void assign(char *to, size_t capacity, const char *from, size_t count) {
  if (count > capacity) count = capacity;
  memmove(to, from, count);
  to[count] = 0;
}

static void append(char *to, size_t capacity, const char *from) {
  size_t have = strlen(to), more = strlen(from);
  if (more > capacity - have) more = capacity - have;
  memcpy(to + have, from, more);
  to[have + more] = 0;
}

static int32_t find(const char *in, const char *what) {
  const char *hit = strstr(in, what);
  return hit ? (int32_t)(hit - in) + 1 : 0;
}

static void middle(char *to, size_t capacity, const char *from, int count, int position) {
  int have = (int)strlen(from);
  if (position < 1 || position > have || count < 1) {
    to[0] = 0;
    return;
  }
  if (count > have - position + 1) count = have - position + 1;
  assign(to, capacity, from + position - 1, (size_t)count);
}

void scan(int64_t now) {
  (void)now;
  char text[256], number[16];
  matches = 0;
  length = 0;
  for (int i = 0; i < 8; i++) {
    seed = seed * 1664525u + 1013904223u;
    int pick = (int)(seed / 536870912u);
    int32_t value = (int32_t)(seed / 65536u) % 1000;
    strcpy(line, "Station ");
    append(line, 80, names[pick]);
    append(line, 80, ": part ");
    snprintf(number, sizeof number, "%d", value);
    append(line, 80, number);
    append(line, 80, " at gate 7, all well.");
    length += (int32_t)strlen(line);
    at = find(line, "part");
    if (at > 0) middle(part, 20, line, 8, at);
    if (strcmp(names[pick], "Pump") == 0) matches += 1;
    if (strncmp(line, "Station Va", 10) == 0) matches += 10;
    /* copy := line with 4 characters at "gate" replaced */
    int gate = find(line, "gate");
    int have = (int)strlen(line);
    if (gate > 0) {
      memcpy(text, line, (size_t)gate - 1);
      memcpy(text + gate - 1, "door", 4);
      strcpy(text + gate + 3, line + gate + 3);
    } else
      strcpy(text, line);
    assign(copy, 80, text, strlen(text));
    /* 9 characters deleted from the end but 1 */
    have = (int)strlen(copy);
    int from = have - 9;
    if (from >= 1) {
      memcpy(text, copy, (size_t)from - 1);
      int rest = have - (from - 1) - 9;
      memcpy(text + from - 1, copy + from + 8, (size_t)rest);
      text[from - 1 + rest] = 0;
      assign(copy, 80, text, strlen(text));
    }
    /* " #" behind character at - 1 */
    have = (int)strlen(copy);
    int behind = at - 1 > have ? have : at - 1;
    memcpy(text, copy, (size_t)behind);
    memcpy(text + behind, " #", 2);
    strcpy(text + behind + 2, copy + behind);
    assign(copy, 80, text, strlen(text));
    if (strcmp(copy, line) > 0) larger++;
    have = (int)strlen(copy);
    int tail = have < 30 ? have : 30;
    assign(log_lines[next_line], 80, copy + have - tail, (size_t)tail);
    next_line++;
    if (next_line > 7) next_line = 0;
    middle(text, 20, part, 3, 6);
    hash = (int32_t)((uint32_t)hash * 31u + (uint32_t)strtol(text, 0, 10) + (uint32_t)strlen(copy));
  }
}

void report(void) {
  char path[32];
  report_int("Main.Seed", seed);
  report_int("Main.Length", length);
  report_int("Main.At", at);
  report_int("Main.Matches", matches);
  report_int("Main.Larger", larger);
  report_int("Main.Hash", hash);
  report_text("Main.Line", line);
  report_text("Main.Copy", copy);
  report_text("Main.Part", part);
  for (int i = 0; i < 8; i++) {
    snprintf(path, sizeof path, "Main.Log[%d]", i);
    report_text(path, log_lines[i]);
  }
}
