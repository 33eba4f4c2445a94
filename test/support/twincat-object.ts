/** An object as TwinCAT stores it in a file of its own. */
export const twincatObject = (inner: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<TcPlcObject Version="1.1.0.1" ProductVersion="3.1.4024.12">
${inner}
</TcPlcObject>
`;

export const declarationXml = (text: string): string => `<Declaration><![CDATA[${text}]]></Declaration>`;
export const bodyXml = (text: string): string => `<Implementation><ST><![CDATA[${text}]]></ST></Implementation>`;

/** A program unit with its members as elements. */
export const twincatUnit = (name: string, declaration: string, body: string, members = ''): string =>
  twincatObject(`  <POU Name="${name}" Id="{0}" SpecialFunc="None">
    ${declarationXml(declaration)}
    ${bodyXml(body)}
    ${members}
    <LineIds Name="${name}"><LineId Id="1" Count="0" /></LineIds>
  </POU>`);
