import { parseScenario } from '../../../server/src/scenario/scenario-file.js';

describe('a scenario file', () => {
  it('gives its steps with times in nanoseconds', () => {
    const scenario = parseScenario({
      scanInterval: '50ms',
      steps: [
        { at: '250ms', set: { 'Main.Start': true } },
        { scan: 10, expect: { '%QW2': 7, 'Main.Level': { near: 12.5, within: 0.1 } } },
        { until: 'Main.Done = TRUE', limit: '5s' },
      ],
    });
    expect(scenario.scanIntervalNs).toBe(50_000_000n);
    expect(scenario.steps.map((step) => step.when)).toEqual([
      { kind: 'at', ns: 250_000_000n },
      { kind: 'scan', scan: 10 },
      { kind: 'until', condition: 'Main.Done = TRUE', limitNs: 5_000_000_000n },
    ]);
    expect(scenario.steps[1]!.expect).toEqual([
      ['%QW2', 7],
      ['Main.Level', { near: 12.5, within: 0.1 }],
    ]);
  });

  it.each([
    ['not an object', [], 'top level'],
    ['an unknown key', { steps: [], stpes: [] }, 'top level'],
    ['an unknown clock', { clock: 'sun' }, 'clock'],
    ['a zero interval', { scanInterval: '0ms' }, 'scanInterval'],
    ['a step without a place', { steps: [{ set: {} }] }, 'steps[0]'],
    ['a step with two places', { steps: [{ at: '1s', scan: 2 }] }, 'steps[0]'],
    ['scan 0', { steps: [{ scan: 0 }] }, 'steps[0].scan'],
    ['a negative time', { steps: [{ at: '-1s' }] }, 'steps[0].at'],
    ['a limit without until', { steps: [{ at: '1s', limit: '1s' }] }, 'steps[0].limit'],
    ['a wrong tolerance', { steps: [{ scan: 1, expect: { x: { near: 1 } } }] }, 'steps[0].expect.x'],
    ['an empty condition', { steps: [{ until: '' }] }, 'steps[0].until'],
  ])('with %s is refused and the field named', (_what, json, field) => {
    expect(() => parseScenario(json)).toThrow(
      expect.objectContaining({ reason: 'INVALID_REQUEST', metadata: { field } }) as Error,
    );
  });
});
