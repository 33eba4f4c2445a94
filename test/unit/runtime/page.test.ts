import { pageOf } from '../../../server/src/runtime/page.js';

const items = Array.from({ length: 25 }, (_, i) => i);
const page = (pageSize: number, pageToken: string, key = 'k1') =>
  pageOf(items, (n) => n, { pageSize, pageToken, usual: 10, most: 20, key });

describe('pages', () => {
  it.each([0, 1, 7, 10, 20, 25, 1000])('of size %s give every item once, in order', (size) => {
    const seen: number[] = [];
    let token = '';
    do {
      const { items: some, nextPageToken } = page(size, token);
      expect(some.length).toBeLessThanOrEqual(20);
      seen.push(...some);
      token = nextPageToken;
    } while (token !== '');
    expect(seen).toEqual(items);
  });

  it.each(['x', '!!!', Buffer.from('-1-k1').toString('base64url'), 'A'.repeat(1000)])(
    'refuse the token %j',
    (token) => {
      expect(() => page(5, token)).toThrow('page token');
    },
  );

  it('refuse a token of something else', () => {
    const { nextPageToken } = page(5, '');
    expect(() => page(5, nextPageToken, 'k2')).toThrow('changed');
  });
});
