import type { SourceDocument } from '../compile-input.js';
import { formOf } from '../document-form.js';
import type { Problems } from '../problems.js';

/** Larger documents are refused before they are parsed. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/**
 * Text of a document: by its byte order mark, else by what its first bytes and its XML declaration say, else UTF-8 (XML 1.0, 4.3.3
 * and appendix F); plain sources that are no UTF-8 are Windows-1252. A string is taken as it is. Undefined after an error was reported.
 */
export function decodeDocument(document: SourceDocument, problems: Problems): string | undefined {
  const { name, content } = document;
  if (content.length > maxDocumentBytes) {
    problems.reportDocument(
      'E0008',
      name,
      `The document has ${content.length} bytes; at most ${maxDocumentBytes} are read, so split it.`,
    );
    return undefined;
  }
  const text = typeof content === 'string' ? withoutMark(content) : decodeBytes(name, content, problems);
  if (text === undefined) return undefined;
  if (isXml(name) && /^\s*$/.test(text)) {
    problems.reportDocument('E0009', name, 'The document is empty; export the project again.', { line: 1, column: 1 });
    return undefined;
  }
  return text;
}

const isXml = (name: string): boolean => formOf(name) !== 'text';

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

function decodeBytes(file: string, bytes: Uint8Array, problems: Problems): string | undefined {
  const found = encodingOf(bytes);
  if (found.problem !== undefined) {
    problems.reportDocument('E0004', file, found.problem, { line: 1, column: 1 });
    return undefined;
  }
  if (found.encoding === 'iso-8859-1') return latin1(bytes);
  if (found.encoding === 'windows-1252') return windows1252Text(bytes);
  if (found.encoding === 'us-ascii') {
    const beyond = bytes.findIndex((byte) => byte > 0x7f);
    if (beyond < 0) return latin1(bytes);
    reportBytes(file, found.encoding, latin1(bytes.subarray(0, beyond)), problems);
    return undefined;
  }
  const decoder = strictDecoder(found.encoding);
  if (decoder === undefined) {
    const message = `The XML declaration names the encoding "${found.encoding}", which is not known; save the document as UTF-8.`;
    problems.reportDocument('E0004', file, message, { line: 1, column: 1 });
    return undefined;
  }
  try {
    return decoder.decode(bytes);
  } catch {
    if (found.encoding === 'utf-8' && !isXml(file) && !bytes.includes(0)) {
      problems.reportDocument(
        'W0016',
        file,
        'The text is not UTF-8 and is read as Windows-1252, as older tools write it; save it as UTF-8.',
        positionAfter(readableStart(bytes, found.encoding)),
      );
      return windows1252Text(bytes);
    }
    reportBytes(file, found.encoding, readableStart(bytes, found.encoding), problems);
    return undefined;
  }
}

function reportBytes(file: string, encoding: string, readable: string, problems: Problems): void {
  problems.reportDocument(
    'E0005',
    file,
    `The bytes here are not valid ${encoding}; save the document in the encoding it declares.`,
    positionAfter(readable),
  );
}

function positionAfter(text: string): { line: number; column: number } {
  const lines = text.split(/\r\n?|\n/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** The longest start of `bytes` that decodes, found by halving. */
function readableStart(bytes: Uint8Array, encoding: string): string {
  let good = 0;
  let bad = bytes.length;
  let text = '';
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      // A stream may end within a character; only bytes that are wrong throw.
      text = strictDecoder(encoding)!.decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return text;
}

function strictDecoder(encoding: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return parts.join('');
}

const windows1252Text = (bytes: Uint8Array): string =>
  latin1(bytes).replace(/[\x80-\x9f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]!);

/** Windows-1252 from 0x80 to 0x9F (five of them stay control characters); some versions of Node decode these as Latin-1. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Other names of the encodings that TextDecoder reads differently: to it, ISO-8859-1 and ASCII are Windows-1252. */
const exactNames: Readonly<Record<string, string>> = {
  cp1252: 'windows-1252',
  'x-cp1252': 'windows-1252',
  'iso-8859-1': 'iso-8859-1',
  'iso8859-1': 'iso-8859-1',
  'iso_8859-1': 'iso-8859-1',
  latin1: 'iso-8859-1',
  l1: 'iso-8859-1',
  'us-ascii': 'us-ascii',
  ascii: 'us-ascii',
  utf8: 'utf-8',
};

type Encoding = { readonly encoding: string; readonly problem?: undefined } | { readonly problem: string };

function encodingOf(bytes: Uint8Array): Encoding {
  const [a, b, c, d] = bytes;
  const starts = (...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff))
    return { problem: 'The document is UTF-32, which is not read; save it as UTF-8.' };
  let byBytes: string | undefined;
  if (starts(0xef, 0xbb, 0xbf)) byBytes = 'utf-8';
  else if (starts(0xff, 0xfe) || (a === 0x3c && b === 0 && c !== 0 && d === 0)) byBytes = 'utf-16le';
  else if (starts(0xfe, 0xff) || (a === 0 && b === 0x3c && c === 0 && d !== 0)) byBytes = 'utf-16be';
  const declared = declaredEncoding(bytes, byBytes);
  if (byBytes === undefined) {
    if (declared?.startsWith('utf-16') || declared === 'ucs-2') {
      return {
        problem: `The XML declaration says "${declared}", but the bytes are not UTF-16; save the document as UTF-8.`,
      };
    }
    return { encoding: declared ?? 'utf-8' };
  }
  const agrees =
    declared === undefined || declared === byBytes || (declared === 'utf-16' && byBytes.startsWith('utf-16'));
  if (!agrees)
    return {
      problem: `The document starts as ${byBytes}, but its XML declaration says "${declared}"; save it as UTF-8.`,
    };
  return { encoding: byBytes };
}

function declaredEncoding(bytes: Uint8Array, byBytes: string | undefined): string | undefined {
  // The declaration is ASCII in every encoding read here; in UTF-16 every other byte is zero.
  const head = latin1(bytes.subarray(0, 512)).replace(/\0/g, '');
  const start = byBytes === 'utf-8' ? 3 : byBytes !== undefined && /^[\xfe\xff]{2}/.test(head) ? 2 : 0;
  const declaration = /^<\?xml\s[^>]*?\bencoding\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(head.slice(start));
  const label = (declaration?.[1] ?? declaration?.[2])?.toLowerCase();
  return label === undefined ? undefined : (exactNames[label] ?? label);
}
