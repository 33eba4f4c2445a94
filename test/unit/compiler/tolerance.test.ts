import { compile } from '../../../server/src/compiler/compile.js';
import { profiles } from '../../../server/src/compiler/profile.js';
import { programXml, projectXml } from '../../support/plcopen-document.js';

const codes = (name: string, content: string, profile = profiles[0]!): readonly string[] =>
  compile({ name, documents: [{ name, content }], profile }).diagnostics.map((d) => d.code);
const statements = 't(PT := seconds); small := large;';
const text = `PROGRAM main VAR t : TON; seconds : LREAL; small : INT; large : DINT; END_VAR ${statements} END_PROGRAM`;
const document = projectXml({
  pous: programXml(
    ['t:TON', 'seconds:LREAL', 'small:INT', 'large:DINT'],
    `<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">${statements}</xhtml></ST>`,
  ),
});

describe('conversions that a tool let pass', () => {
  it('are warnings in what it exported, under every profile', () => {
    for (const profile of profiles) expect(codes('a.xml', document, profile)).toEqual(['W3001', 'W3001']);
  });

  it('are errors in text under the profile iec', () => {
    expect(codes('a.st', text)).toEqual(['E3001', 'E3001']);
  });
});
