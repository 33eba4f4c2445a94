import { parseProfile, profileFields } from '../../../server/src/compiler/parse-profile.js';
import { findProfile, profiles } from '../../../server/src/compiler/profile.js';

describe("a profile of one's own", () => {
  it('extends a built-in one with what it names', () => {
    expect(
      parseProfile(
        '{"name":"plant-7","extends":"codesys","realToInt":"truncate","defaultStringLength":120,"sfcFinalScan":false}',
      ),
    ).toEqual({
      profile: {
        ...findProfile('codesys')!,
        name: 'plant-7',
        realToInt: 'truncate',
        defaultStringLength: 120,
        sfcFinalScan: false,
      },
    });
    expect(parseProfile('{"name":"plain"}')).toEqual({ profile: { ...findProfile('iec')!, name: 'plain' } });
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /JSON object/],
    ['null', /JSON object/],
    ['{}', /"name" must be a word/],
    ['{"name":"a b"}', /"name" must be a word/],
    ['{"name":"CODESYS"}', /built-in profile; choose another/],
    [
      '{"name":"a","extends":"siemens"}',
      /"extends" must name a built-in profile \(iec, codesys, twincat, matiec\), not "siemens"/,
    ],
    ['{"name":"a","realToInt":"up"}', /"realToInt" must be one of "half-even", "half-away", "truncate", not "up"/],
    ['{"name":"a","sfcFinalScan":"yes"}', /true or false/],
    ['{"name":"a","defaultStringLength":0}', /from 1 to 65535, not 0/],
    ['{"name":"a","colour":1}', /no field "colour"; its fields are integerOverflow/],
    ['{"name":"a","constructor":1}', /no field "constructor"/],
  ])('%s is refused with a sentence', (text, message) => {
    const parsed = parseProfile(text);
    expect('problems' in parsed && parsed.problems).toEqual([expect.stringMatching(message)]);
  });

  it('reports everything that is wrong at once', () => {
    const parsed = parseProfile('{"name":"a","realToInt":1,"time":"us","x":0}');
    expect('problems' in parsed && parsed.problems.length).toBe(3);
  });

  it('knows every field of a profile, and the built-in values of each', () => {
    for (const profile of profiles) {
      for (const [key, value] of Object.entries(profile) as [string, unknown][]) {
        if (key === 'name') continue;
        expect(parseProfile(JSON.stringify({ name: 'copy', [key]: value }))).toMatchObject({
          profile: { [key]: value },
        });
      }
    }
    expect(Object.keys(profileFields).sort()).toEqual(
      Object.keys(profiles[0]!)
        .filter((key) => key !== 'name')
        .sort(),
    );
  });
});
