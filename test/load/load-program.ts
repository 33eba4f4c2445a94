/** Sizes of the program under load. */
export interface LoadShape {
  /** Elementary variables, I/O apart: BOOL, DINT and REAL in equal parts. */
  readonly variables: number;
  /** Channels: half inputs, half outputs. */
  readonly channels: number;
  /** Of each hundred variables and outputs, how many change in a scan. */
  readonly percent: number;
}

export const usualShape: LoadShape = { variables: 10_000, channels: 1000, percent: 5 };

/** A program of which a fixed share of the variables changes in each scan, others each time, so that all do in turn. */
export function loadProgram({ variables, channels, percent }: LoadShape): string {
  const each = Math.floor(variables / 3);
  const outputs = Math.floor(channels / 2);
  const changed = Math.round((each * percent) / 100);
  const driven = Math.round((channels * percent) / 100);
  return `PROGRAM Main
VAR
  Flag : ARRAY[0..${each - 1}] OF BOOL;
  Number : ARRAY[0..${each - 1}] OF DINT;
  Level : ARRAY[0..${each - 1}] OF REAL;
  Input AT %IW0 : ARRAY[0..${channels - outputs - 1}] OF WORD;
  Output AT %QW0 : ARRAY[0..${outputs - 1}] OF WORD;
  From : DINT;
  Drive : DINT;
  i : DINT;
  k : DINT;
END_VAR
FOR i := 0 TO ${changed - 1} DO
  k := (From + i) MOD ${each};
  Flag[k] := NOT Flag[k];
  Number[k] := Number[k] + 1;
  Level[k] := Level[k] + 0.5;
END_FOR;
From := (From + ${changed}) MOD ${each};
FOR i := 0 TO ${driven - 1} DO
  k := (Drive + i) MOD ${outputs};
  Output[k] := DINT_TO_WORD(WORD_TO_DINT(Output[k]) + 1);
END_FOR;
Drive := (Drive + ${driven}) MOD ${outputs};
END_PROGRAM
`;
}

/** A program of which `bytes` / 4 DINTs change in each scan, by small steps: messages of about so many bytes. */
export function messageProgram(bytes: number): string {
  const count = Math.round(bytes / 4);
  return `PROGRAM Main
VAR Number : ARRAY[0..${count - 1}] OF DINT; i : DINT; END_VAR
FOR i := 0 TO ${count - 1} DO
  Number[i] := Number[i] + 1;
END_FOR;
END_PROGRAM
`;
}
