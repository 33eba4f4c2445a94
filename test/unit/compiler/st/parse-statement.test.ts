import { parseStatements } from '../../../../server/src/compiler/st/parse-unit.js';
import { withProblems } from '../../../support/parse-source.js';
import { showBlock } from '../../../support/show-syntax.js';

describe('statements', () => {
  it.each([
    ['x := 1;', '(:= x 1)'],
    ['a.b[1]^ := c;', '(:= (^ ([] (. a b) 1)) c)'],
    ['r REF= x; p ?= q;', '(REF= r x) (?= p q)'],
    ['x S= a; x R= b;', '(S= x a) (R= x b)'],
    ['S := R; R := S = 1;', '(:= S R) (:= R (= S 1))'],
    ['a := b := c + 1;', '(:= b (+ c 1)) (:= a b)'],
    ['a S= b R= TRUE;', '(R= b TRUE) (S= a TRUE)'],
    ['a := b S= c;', '(let $chain$0 c) (S= b $chain$0) (:= a $chain$0)'],
    ['%QX0.0 := TRUE;', '(:= %QX:0.0 TRUE)'],
    ['w.3 := TRUE;', '(:= (.% w X3) TRUE)'],
    ['fb(IN := a, Q => b);', '(call fb IN=a Q=>b)'],
    ['THIS^.run(); SUPER^();', '(call (. THIS run)) (call SUPER)'],
    ['o.m(1).n := 2;', '(:= (. (call (. o m) 1) n) 2)'],
    [';;', '(empty) (empty)'],
    ['IF a THEN b; END_IF;', '(if a b)'],
    ['IF a THEN x := 1; ELSIF b THEN x := 2; ELSE x := 3; END_IF;', '(if a (:= x 1) elsif b (:= x 2) else (:= x 3))'],
    ['IF a THEN END_IF;', '(if a )'],
    ['CASE x OF 1: a(); 2, 4..6: b(); ELSE c(); END_CASE;', '(case x 1: (call a) | 2,4..6: (call b) else (call c))'],
    [
      'CASE x OF -1: a(); Color#Red: b(); Lib.K: c(); N + 1: ; END_CASE;',
      '(case x (- 1): (call a) | Color#Red: (call b) | (. Lib K): (call c) | (+ N 1): (empty))',
    ],
    ["CASE x OF 'a': y := 1; T#1s: y := 2; END_CASE;", '(case x "a": (:= y 1) | TIME:1000000000: (:= y 2))'],
    [
      'CASE x OF 1: IF a THEN b(); END_IF; c(1, 2); A, B: d(); END_CASE;',
      '(case x 1: (if a (call b)) (call c 1 2) | A,B: (call d))',
    ],
    ['FOR i := 1 TO 10 DO x := i; END_FOR;', '(for i 1 10 do (:= x i))'],
    ['FOR i := 10 TO 1 BY -1 DO EXIT; CONTINUE; END_FOR;', '(for i 10 1 (- 1) do (exit) (continue))'],
    ['WHILE a AND b DO c(); END_WHILE;', '(while (AND a b) (call c))'],
    ['REPEAT x := x + 1; UNTIL x > 5 END_REPEAT;', '(repeat (:= x (+ x 1)) until (> x 5))'],
    ['REPEAT a(); UNTIL b; END_REPEAT;', '(repeat (call a) until b)'],
    ['RETURN; RETURN x + 1;', '(return) (return (+ x 1))'],
    ['JMP done; done: x := 1;', '(jump done) (label done) (:= x 1)'],
    ['continue := 1; jmp(2); get := set; step.x := 3;', '(:= continue 1) (call jmp 2) (:= get set) (:= (. step x) 3)'],
    ['method := 1; action(); transition := property;', '(:= method 1) (call action) (:= transition property)'],
    ['if a then b; end_if; While c Do d; End_While;', '(if a b) (while c d)'],
  ])('%s', (text, expected) => {
    const { result, found } = withProblems(text, parseStatements);
    expect(found).toEqual([]);
    expect(showBlock(result)).toBe(expected);
  });

  it.each([
    ['IF a THEN b(); END_IF\nc();', '(if a (call b)) (call c)'],
    ['FOR i := 0 TO 1 DO a(); END_FOR', '(for i 0 1 do (call a))'],
    ['WHILE a DO\nEXIT\nEND_WHILE;', '(while a (exit))'],
    ['RETURN\n', '(return)'],
  ])('%j lacks a semicolon, which is a warning', (text, expected) => {
    const { result, found } = withProblems(text, parseStatements);
    expect(found.map((each) => each.code)).toEqual(['W1001']);
    expect(showBlock(result)).toBe(expected);
  });
});
