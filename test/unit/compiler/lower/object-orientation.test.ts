import { errorsOf, run } from '../../../support/run-source.js';

const shapes = `
INTERFACE IShape
  METHOD Area : REAL END_METHOD
  PROPERTY Name : STRING[20] GET END_GET END_PROPERTY
END_INTERFACE
FUNCTION_BLOCK ABSTRACT Base IMPLEMENTS IShape
  VAR PROTECTED calls : INT; END_VAR
  METHOD PUBLIC ABSTRACT Area : REAL END_METHOD
  METHOD PUBLIC Twice : REAL
    calls := calls + 1;
    Twice := 2.0 * THIS.Area();
  END_METHOD
  METHOD PUBLIC GetCalls : INT
    GetCalls := calls;
  END_METHOD
  PROPERTY PUBLIC Name : STRING[20]
    GET
      Name := 'base';
    END_GET
  END_PROPERTY
END_FUNCTION_BLOCK
FUNCTION_BLOCK Square EXTENDS Base
  VAR_INPUT side : REAL := 2.0; END_VAR
  METHOD PUBLIC OVERRIDE Area : REAL
    Area := side * side;
  END_METHOD
END_FUNCTION_BLOCK
FUNCTION_BLOCK Cube EXTENDS Square
  METHOD PUBLIC OVERRIDE Area : REAL
    Area := 6.0 * SUPER.Area();
  END_METHOD
  PROPERTY PUBLIC Name : STRING[20]
    GET
      Name := CONCAT('cube of ', SUPER.Name);
    END_GET
  END_PROPERTY
END_FUNCTION_BLOCK
`;

describe('objects', () => {
  it('dispatch methods by their own type through interfaces, references and THIS', () => {
    const source = `${shapes}
FUNCTION AreaOf : REAL
  VAR_INPUT shape : IShape; END_VAR
  AreaOf := shape.Area();
END_FUNCTION
FUNCTION TwiceOf : REAL
  VAR_IN_OUT shape : Square; END_VAR
  TwiceOf := shape.Twice();
END_FUNCTION
PROGRAM Main
  VAR s : Square; c : Cube; i : IShape; r : REF_TO Square;
    a, b, d, e, f, g : REAL; n : STRING[20]; k : INT; END_VAR
  i := s; a := i.Area();
  i := c; b := i.Area(); n := i.Name;
  d := AreaOf(c);
  e := TwiceOf(c);
  r := REF(c); f := r^.Area();
  r := REF(s); g := r^.Twice();
  k := c.GetCalls();
END_PROGRAM`;
    expect(run(source, ['Main.a', 'Main.b', 'Main.d', 'Main.e', 'Main.f', 'Main.g', 'Main.n', 'Main.k'])).toEqual([
      4,
      24,
      24,
      48,
      24,
      8,
      'cube of base',
      1,
    ]);
  });

  it('that are not there fault on their first use', () => {
    const source = `${shapes} PROGRAM Main VAR i : IShape; a : REAL; END_VAR a := i.Area(); END_PROGRAM`;
    expect(run(source, [])).toEqual(['R4003']);
  });

  it('are told apart by the assignment attempt', () => {
    const source = `${shapes}
INTERFACE IOther METHOD M END_METHOD END_INTERFACE
PROGRAM Main VAR s : Square; c : Cube; i : IShape; o : IOther; r : REF_TO Cube; a, b, d : BOOL; END_VAR
  i := s; r ?= i; a := r = NULL;
  i := c; r ?= i; b := r <> NULL;
  o ?= i; d := o = NULL;
END_PROGRAM`;
    expect(run(source, ['Main.a', 'Main.b', 'Main.d'])).toEqual([true, true, true]);
  });

  it('write properties through SET and read them through GET', () => {
    const source = `
FUNCTION_BLOCK Motor
  VAR _speed : INT; writes : INT; END_VAR
  PROPERTY Speed : INT
    GET Speed := _speed; END_GET
    SET _speed := LIMIT(0, Speed, 100); writes := writes + 1; END_SET
  END_PROPERTY
END_FUNCTION_BLOCK
PROGRAM Main VAR m : ARRAY[1..2] OF Motor; x, y : INT; END_VAR
  m[2].Speed := 250; x := m[2].Speed; m[1].Speed := m[2].Speed - 1; y := m[1].Speed;
END_PROGRAM`;
    expect(run(source, ['Main.x', 'Main.y', 'Main.m[2].writes'])).toEqual([100, 99, 1]);
  });

  it('run the body of their base where they have none, and the base body on SUPER()', () => {
    const source = `
FUNCTION_BLOCK A VAR n : INT; END_VAR n := n + 1; END_FUNCTION_BLOCK
FUNCTION_BLOCK B EXTENDS A END_FUNCTION_BLOCK
FUNCTION_BLOCK C EXTENDS A SUPER(); n := n * 10; END_FUNCTION_BLOCK
PROGRAM Main VAR b : B; c : C; END_VAR b(); c(); END_PROGRAM`;
    expect(run(source, ['Main.b.n', 'Main.c.n'], { scans: 2 })).toEqual([2, 110]);
  });

  it('keep VAR_INST of methods and share VAR_STAT', () => {
    const source = `
FUNCTION_BLOCK Counter
  METHOD PUBLIC Next : INT
    VAR_INST own : INT; END_VAR
    VAR_STAT all : INT; END_VAR
    own := own + 1; all := all + 1;
    Next := own * 100 + all;
  END_METHOD
END_FUNCTION_BLOCK
PROGRAM Main VAR a, b : Counter; x, y, z : INT; END_VAR x := a.Next(); y := a.Next(); z := b.Next(); END_PROGRAM`;
    expect(run(source, ['Main.x', 'Main.y', 'Main.z'], { profile: 'codesys' })).toEqual([101, 202, 103]);
  });

  it('tell through __QUERYINTERFACE and __QUERYPOINTER what else an object is', () => {
    const source = `
INTERFACE Named METHOD Name : INT END_METHOD END_INTERFACE
INTERFACE Aged METHOD Age : INT END_METHOD END_INTERFACE
FUNCTION_BLOCK Both IMPLEMENTS Named, Aged VAR n : INT := 7; END_VAR
  METHOD Name : INT Name := 1; END_METHOD METHOD Age : INT Age := n; END_METHOD END_FUNCTION_BLOCK
FUNCTION_BLOCK Older EXTENDS Both END_FUNCTION_BLOCK
FUNCTION_BLOCK Plain IMPLEMENTS Named METHOD Name : INT Name := 2; END_METHOD END_FUNCTION_BLOCK
PROGRAM Main VAR both : Older; plain : Plain; named : Named; aged : Aged; p : POINTER TO Both; a, b, c, d, e : BOOL; x, y : INT; END_VAR
  a := __QUERYINTERFACE(named, aged);
  named := both; b := __QUERYINTERFACE(named, aged); x := aged.Age(); e := __QUERYPOINTER(named, p); y := p^.n;
  named := plain; c := __QUERYINTERFACE(named, aged); d := aged <> 0;
  named := 0;
END_PROGRAM`;
    const paths = ['a', 'b', 'c', 'd', 'e', 'x', 'y'].map((name) => `Main.${name}`);
    expect(run(source, paths, { profile: 'codesys', scans: 2 })).toEqual([false, true, false, false, true, 7, 7]);
  });
});

describe('properties and their bases', () => {
  it('are written in halves, too', () => {
    const source = `
FUNCTION_BLOCK A VAR v : DINT; END_VAR
  PROPERTY_GET Level : DINT Level := v * 2; END_PROPERTY
  PROPERTY_SET Level : DINT VAR half : DINT; END_VAR half := Level / 2; v := half; END_PROPERTY
END_FUNCTION_BLOCK
FUNCTION_BLOCK B EXTENDS A PROPERTY_GET Level : DINT Level := 7; END_PROPERTY END_FUNCTION_BLOCK
INTERFACE I PROPERTY_GET Level : DINT END_PROPERTY PROPERTY_SET Level : DINT END_PROPERTY END_INTERFACE
FUNCTION_BLOCK C IMPLEMENTS I PROPERTY Level : DINT GET Level := 1; END_GET SET ; END_SET END_PROPERTY END_FUNCTION_BLOCK
PROGRAM Main VAR a : A; b : B; x, y : DINT; END_VAR a.Level := 20; x := a.Level; y := b.Level; END_PROGRAM`;
    expect(run(source, ['Main.x', 'Main.y', 'Main.a.v'])).toEqual([20, 7, 10]);
  });

  it.each([
    [
      'a second GET',
      'FUNCTION_BLOCK A PROPERTY p : INT GET p := 1; END_GET GET p := 2; END_GET END_PROPERTY END_FUNCTION_BLOCK',
      'E1118@1',
    ],
    [
      'halves of two types',
      'FUNCTION_BLOCK A PROPERTY_GET p : INT p := 1; END_PROPERTY PROPERTY_SET p : DINT ; END_PROPERTY END_FUNCTION_BLOCK',
      'E1118@1',
    ],
    [
      'another type than in the base',
      'FUNCTION_BLOCK A PROPERTY_GET p : INT p := 1; END_PROPERTY END_FUNCTION_BLOCK\nFUNCTION_BLOCK B EXTENDS A PROPERTY_SET p : DINT ; END_PROPERTY END_FUNCTION_BLOCK',
      'E5006@2',
    ],
    [
      'another type than in the interface',
      'INTERFACE I PROPERTY_GET p : INT END_PROPERTY END_INTERFACE\nFUNCTION_BLOCK B IMPLEMENTS I PROPERTY_GET p : DINT p := 1; END_PROPERTY END_FUNCTION_BLOCK',
      'E5004@2',
    ],
    [
      'the name of a variable of the base',
      'FUNCTION_BLOCK A VAR p : INT; END_VAR END_FUNCTION_BLOCK\nFUNCTION_BLOCK B EXTENDS A PROPERTY_GET p : INT p := 1; END_PROPERTY END_FUNCTION_BLOCK',
      'E2003@2',
    ],
    [
      'a variable with the name of a property of the base',
      'FUNCTION_BLOCK A PROPERTY_GET p : INT p := 1; END_PROPERTY END_FUNCTION_BLOCK\nFUNCTION_BLOCK B EXTENDS A VAR p : INT; END_VAR END_FUNCTION_BLOCK',
      'E2003@2',
    ],
    [
      'parameters of an accessor',
      'FUNCTION_BLOCK A PROPERTY p : INT GET VAR_INPUT x : INT; END_VAR p := 1; END_GET END_PROPERTY END_FUNCTION_BLOCK',
      'E2011@1',
    ],
    [
      'a property of a function',
      'FUNCTION F : INT F := 1; PROPERTY_GET p : INT p := 1; END_PROPERTY END_FUNCTION',
      'E2015@1',
    ],
    [
      'parameters in another order than in the interface',
      'INTERFACE I METHOD m VAR_INPUT a, b : INT; END_VAR END_METHOD END_INTERFACE\nFUNCTION_BLOCK B IMPLEMENTS I METHOD m VAR_INPUT b, a : INT; END_VAR ; END_METHOD END_FUNCTION_BLOCK',
      'E5004@2',
    ],
  ])('are refused with %s', (_what, source, expected) => {
    expect(errorsOf(source)).toEqual([expected]);
  });
});

describe('arguments without a name beside those with one', () => {
  const f = 'FUNCTION F : INT VAR_INPUT a, b, c : INT; END_VAR F := a * 100 + b * 10 + c; END_FUNCTION ';
  const main = (call: string): string => `${f}PROGRAM Main VAR x : INT; END_VAR x := ${call}; END_PROGRAM`;

  it('go where they stand, or where that is taken to the first that is free', () => {
    expect(run(main('F(a := 1, 2, 3)'), ['Main.x'], { profile: 'codesys' })).toEqual([123]);
    expect(run(main('F(b := 2, 1, 3)'), ['Main.x'], { profile: 'codesys' })).toEqual([123]);
    expect(errorsOf(main('F(1, a := 2)'), 'codesys')).toEqual(['E4005@1']);
  });

  it('are refused by the standard, EN aside', () => {
    expect(errorsOf(main('F(a := 1, 2, 3)'))).toEqual(['E4002@1']);
    expect(errorsOf(main('F(EN := TRUE, 1, 2, 3)'))).toEqual([]);
  });
});
