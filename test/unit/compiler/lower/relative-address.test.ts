import { errorsOf, run, start } from '../../../support/run-source.js';

const program = (variables: string, body: string): string =>
  `PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`;

describe('members of a structure with addresses of their own', () => {
  const packet = `TYPE Packet : STRUCT
  head AT %B0 : INT := 5;
  length AT %B2 : USINT := 26;
  first AT %X3.0 : BOOL;
  last AT %X3.7 : BOOL := TRUE;
  tail AT %W3 : WORD;
  END_STRUCT END_TYPE `;

  it('lie where they say, bits in one byte', () => {
    const source = `${packet}${program(
      'p : Packet; size : DINT; at : POINTER TO BYTE; flags, low : BYTE; moved : BOOL; q : Packet := (first := TRUE, last := FALSE); qFlags : BYTE;',
      'size := SIZEOF(p); at := ADR(p); p.tail := 16#ABCD; low := at[6]; p.first := p.last; moved := p.first; p.last := FALSE; flags := at[3]; at := ADR(q); qFlags := at[3];',
    )}`;
    expect(
      run(
        source,
        ['Main.p.head', 'Main.p.length', 'Main.size', 'Main.low', 'Main.flags', 'Main.moved', 'Main.qFlags'],
        { profile: 'codesys' },
      ),
    ).toEqual([5, 26, 8, 0xcd, 1, true, 1]);
  });

  it('are seen and written one by one from outside', () => {
    const machine = start(`${packet}${program('p : ARRAY[0..1] OF Packet;', ';')}`);
    expect(machine.get('Main.p[1].last')).toBe(true);
    expect(machine.get('Main.p[1]')).toEqual({ head: 5, length: 26, first: false, last: true, tail: 0 });
    machine.set('Main.p[1].first', { kind: 'bool', value: true });
    machine.scan();
    expect(machine.get('Main.p[1]')).toMatchObject({ first: true, last: true });
    expect(machine.get('Main.p[0]')).toMatchObject({ first: false, last: true });
  });

  it('take values that are worked out as the program starts, and lists', () => {
    const source = `${packet}FUNCTION Yes : BOOL Yes := TRUE; END_FUNCTION
${program('p : Packet := (first := Yes(), last := NOT Yes()); q : Packet;', 'q := (head := 7, first := TRUE, last := FALSE);')}`;
    expect(run(source, ['Main.p.first', 'Main.p.last', 'Main.q'], { profile: 'codesys' })).toEqual([
      true,
      false,
      { head: 7, length: 26, first: true, last: false, tail: 0 },
    ]);
  });

  it('share bytes where the structure says so', () => {
    const members = 'word AT %B0 : WORD; high AT %B1 : BYTE; free : BYTE;';
    const body = program('s : S; h : BYTE; f : BYTE;', 's.word := 16#1234; h := s.high; f := s.free;');
    expect(run(`TYPE S : STRUCT OVERLAP ${members} END_STRUCT END_TYPE ${body}`, ['Main.h', 'Main.f'])).toEqual([
      0x12, 0x34,
    ]);
    expect(errorsOf(`TYPE S : STRUCT ${members} END_STRUCT END_TYPE ${body}`)).toEqual(['E7003@1']);
  });

  it('are told of where a bit is no BOOL, or the structure is none', () => {
    expect(errorsOf(`TYPE S : STRUCT a AT %X0.1 : INT; END_STRUCT END_TYPE ${program('s : S;', ';')}`)).toEqual([
      'E7004@1',
    ]);
    expect(errorsOf(program('a AT %B0 : BYTE;', ';'))).toEqual(['E1009@1']);
  });
});
