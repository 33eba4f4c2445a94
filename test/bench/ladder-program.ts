import { createRandomSource } from '../support/random-source.js';
import type { GeneratedProgram } from './generated-programs.js';

interface Contact {
  readonly name: string;
  readonly negated: boolean;
}
interface Rung {
  readonly branches: readonly (readonly Contact[])[];
  readonly coil: string;
  readonly form: 'plain' | 'negated' | 'set' | 'reset';
}

const inputs = Array.from({ length: 64 }, (_, index) => `x${index}`);

function makeRungs(count: number): readonly Rung[] {
  const random = createRandomSource(500);
  return Array.from({ length: count }, (_, index) => {
    const near = [
      ...inputs,
      ...Array.from({ length: 60 }, (_n, at) => `m${Math.max(0, Math.min(count - 1, index - 30 + at))}`),
    ];
    const form = random.pick(['plain', 'plain', 'plain', 'plain', 'negated', 'set', 'reset'] as const);
    return {
      branches: Array.from({ length: 1 + random.below(3) }, () =>
        Array.from({ length: 1 + random.below(4) }, () => ({ name: random.pick(near), negated: random.chance(0.35) })),
      ),
      coil: `m${form === 'reset' ? Math.max(0, index - 1) : index}`,
      form,
    };
  });
}

/** A ladder of 500 rungs in PLCopen XML: contacts in series and parallel, coils plain, negated, set and reset. A small ST program moves the inputs. */
export function ladderProgram(): GeneratedProgram {
  const count = 500;
  const rungs = makeRungs(count);
  const markers = Array.from({ length: count }, (_, index) => `m${index}`);
  const bool = (name: string): string => `<variable name="${name}"><type><BOOL/></type></variable>`;
  const externals = inputs.map(bool).join('');
  let id = 1;
  const elements: string[] = [];
  rungs.forEach((rung, index) => {
    const y = index * 100;
    const rail = id++;
    elements.push(
      `<leftPowerRail localId="${rail}" width="10" height="80"><position x="20" y="${y}"/>${rung.branches.map((_b, at) => `<connectionPointOut formalParameter=""><relPosition x="10" y="${20 + at * 25}"/></connectionPointOut>`).join('')}</leftPowerRail>`,
    );
    const ends = rung.branches.map((branch, at) => {
      let from = rail;
      branch.forEach((contact, place) => {
        const own = id++;
        elements.push(
          `<contact localId="${own}"${contact.negated ? ' negated="true"' : ''} width="21" height="15"><position x="${80 + place * 60}" y="${y + 12 + at * 25}"/><connectionPointIn><relPosition x="0" y="8"/><connection refLocalId="${from}"/></connectionPointIn><connectionPointOut><relPosition x="21" y="8"/></connectionPointOut><variable>${contact.name}</variable></contact>`,
        );
        from = own;
      });
      return from;
    });
    const form = { plain: '', negated: ' negated="true"', set: ' storage="set"', reset: ' storage="reset"' }[rung.form];
    elements.push(
      `<coil localId="${id++}"${form} width="21" height="15"><position x="400" y="${y + 12}"/><connectionPointIn><relPosition x="0" y="8"/>${ends.map((end) => `<connection refLocalId="${end}"/>`).join('')}</connectionPointIn><connectionPointOut><relPosition x="21" y="8"/></connectionPointOut><variable>${rung.coil}</variable></coil>`,
    );
  });
  const stimulus = [
    'Seed := Seed * 1664525 + 1013904223;',
    'Flip := UDINT_TO_DWORD(Seed);',
    ...inputs.map((name, index) => `IF SHR(Flip, 26) = ${index} THEN ${name} := NOT ${name}; END_IF;`),
  ].join('\n');
  const source = `<?xml version="1.0" encoding="utf-8"?>
<project xmlns="http://www.plcopen.org/xml/tc6_0201" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<fileHeader companyName="plc-emu" productName="plc-emu" productVersion="0.1.0" creationDateTime="2026-11-25T00:00:00"/>
<contentHeader name="Ladder"><coordinateInfo><fbd><scaling x="10" y="10"/></fbd><ld><scaling x="10" y="10"/></ld><sfc><scaling x="10" y="10"/></sfc></coordinateInfo></contentHeader>
<types><dataTypes/><pous>
<pou name="Stimulus" pouType="program"><interface><localVars><variable name="Seed"><type><UDINT/></type><initialValue><simpleValue value="1"/></initialValue></variable><variable name="Flip"><type><DWORD/></type></variable></localVars><externalVars>${externals}</externalVars></interface><body><ST><xhtml:p><![CDATA[${stimulus}]]></xhtml:p></ST></body></pou>
<pou name="Rungs" pouType="program"><interface><localVars>${markers.map(bool).join('')}</localVars><externalVars>${externals}</externalVars></interface><body><LD>
${elements.join('\n')}
</LD></body></pou>
</pous></types>
<instances><configurations><configuration name="Config"><resource name="Plc"><task name="Cyclic" priority="0" interval="T#10ms"><pouInstance name="Feed" typeName="Stimulus"/><pouInstance name="Main" typeName="Rungs"/></task><globalVars>${externals}</globalVars></resource></configuration></configurations></instances>
</project>
`;
  const condition = (rung: Rung): string =>
    rung.branches
      .map((branch) => `(${branch.map((one) => `${one.negated ? '!' : ''}${one.name}`).join(' && ')})`)
      .join(' || ');
  const statement = (rung: Rung): string => {
    switch (rung.form) {
      case 'plain':
        return `  ${rung.coil} = ${condition(rung)};`;
      case 'negated':
        return `  ${rung.coil} = !(${condition(rung)});`;
      case 'set':
        return `  if (${condition(rung)}) ${rung.coil} = true;`;
      case 'reset':
        return `  if (${condition(rung)}) ${rung.coil} = false;`;
    }
  };
  const twin = `#include "twin.h"
uint32_t seed = 1;
bool ${inputs.join(', ')};
bool ${markers.join(', ')};

void scan(int64_t now) {
  (void)now;
  seed = seed * 1664525u + 1013904223u;
${inputs.map((name, index) => `  if (seed >> 26 == ${index}) ${name} = !${name};`).join('\n')}
${rungs.map(statement).join('\n')}
}

void report(void) {
  report_int("Feed.Seed", seed);
${markers.map((name) => `  report_int("Main.${name}", ${name});`).join('\n')}
}
`;
  return { fileName: 'ladder-500.xml', source, twin };
}
