import { formatAddress, isLoopback, parseListenAddress } from '../../../server/src/transport/address.js';

describe('an address to listen on', () => {
  it.each([
    ['unix:/run/x.sock', { kind: 'unix', path: '/run/x.sock' }],
    ['unix:///run/x.sock', { kind: 'unix', path: '/run/x.sock' }],
    ['unix:x.sock', { kind: 'unix', path: 'x.sock' }],
    ['127.0.0.1:50051', { kind: 'tcp', host: '127.0.0.1', port: 50051 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['[::1]:8080', { kind: 'tcp', host: '::1', port: 8080 }],
  ])('%s is read', (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    'unix:',
    'localhost',
    'localhost:',
    ':80',
    'a:b',
    '1.2.3.4:70000',
    '::1:80',
    'host:-1',
    'unix:a\0b',
    'ho st:80',
  ])('%j is refused', (text) => {
    expect(() => parseListenAddress(text)).toThrow('no address');
  });

  it.each([
    ['127.0.0.1', true], ['127.9.9.9', true], ['localhost', true], ['::1', true],
    ['0.0.0.0', false], ['::', false], ['128.0.0.1', false], ['127.0.0.1.evil.com', false], ['192.168.1.1', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  }); // prettier-ignore

  it('is written as it is read', () => {
    for (const text of ['unix:/a/b', '[::1]:1', 'h:2']) expect(formatAddress(parseListenAddress(text))).toBe(text);
  });
});
