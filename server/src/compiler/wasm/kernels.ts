import type { IrFunction, NumType } from '../ir/ir.js';
import type { AssemblyText } from './assemble.js';

/**
 * Functions of the standard library that the emitter has in machine-near form: the same as their IR, sixteen bytes at a time.
 * Vectors are loaded where they can't cross the end of memory: from aligned addresses, or away from the end of a 64 KB page.
 */
export interface Kernel {
  readonly params: readonly NumType[];
  readonly result?: NumType;
  readonly text: AssemblyText;
}

/** `n` := characters before the NUL at `from`, `room` at most; `n` is 0 where room is not positive. */
const boundedLength = `
  i32.const 0 local.set n
  block $done
    local.get room i32.const 0 i32.le_s br_if $done
    local.get from i32.const -16 i32.and local.tee at v128.load v128.zero i8x16.eq i8x16.bitmask
    local.get from i32.const 15 i32.and i32.shr_u local.tee mask
    if
      local.get mask i32.ctz local.set n
      br $done
    end
    loop $next
      local.get at i32.const 16 i32.add local.tee at local.get from i32.sub local.tee n
      local.get room i32.ge_s br_if $done
      local.get at v128.load v128.zero i8x16.eq i8x16.bitmask local.tee mask i32.eqz br_if $next
    end
    local.get n local.get mask i32.ctz i32.add local.set n
  end
  local.get n local.get room i32.gt_s
  if
    local.get room local.set n
  end
  local.get n i32.const 0 i32.lt_s
  if
    i32.const 0 local.set n
  end
`;

/** Copies at most `room` characters and ends them with NUL. */
const boundedCopy = `${boundedLength}
  local.get to local.get from local.get n call $move
  local.get to local.get n i32.add i32.const 0 i32.store8
`;
const copyLocals = { n: 'i32', at: 'i32', mask: 'i32' } as const;

/** Leaves the block with `p` and `q` at the first bytes that differ or end both strings. */
const firstDifference = `
  block $found
    loop $next
      local.get p i32.const 0xffff i32.and i32.const 0xfff0 i32.gt_u
      local.get q i32.const 0xffff i32.and i32.const 0xfff0 i32.gt_u
      i32.or
      if
        local.get p i32.load8_u local.tee mask local.get q i32.load8_u i32.ne br_if $found
        local.get mask i32.eqz br_if $found
        local.get p i32.const 1 i32.add local.set p
        local.get q i32.const 1 i32.add local.set q
        br $next
      end
      local.get p v128.load local.tee v local.get q v128.load i8x16.ne
      local.get v v128.zero i8x16.eq v128.or i8x16.bitmask local.tee mask
      if
        local.get p local.get mask i32.ctz local.tee mask i32.add local.set p
        local.get q local.get mask i32.add local.set q
        br $found
      end
      local.get p i32.const 16 i32.add local.set p
      local.get q i32.const 16 i32.add local.set q
      br $next
    end
  end
`;

/** Names that begin with `$move` are the emitter's own; the others replace functions of the module. */
export const kernels = {
  /** (to, from, bytes): as memory.copy, without the call out of the module for what is short. */
  $move: {
    params: ['i32', 'i32', 'i32'],
    text: {
      params: ['to', 'from', 'n'],
      locals: { a: 'i64', b: 'i64', v: 'v128', w: 'v128', end: 'i32' },
      body: `
        local.get n i32.const 16 i32.ge_u
        if
          local.get n i32.const 512 i32.gt_u
          ;; The target begins within the source, behind its start: not from the front.
          local.get to local.get from i32.sub local.get n i32.lt_u
          i32.or
          if
            local.get to local.get from local.get n memory.copy
            return
          end
          local.get from local.get n i32.add i32.const 16 i32.sub v128.load local.set w
          local.get to local.get n i32.add i32.const 16 i32.sub local.set end
          block $done
            loop $next
              local.get to local.get end i32.ge_u br_if $done
              local.get from v128.load local.set v
              local.get to local.get v v128.store
              local.get to i32.const 16 i32.add local.set to
              local.get from i32.const 16 i32.add local.set from
              br $next
            end
          end
          local.get end local.get w v128.store
          return
        end
        local.get n i32.const 8 i32.ge_u
        if
          local.get from i64.load local.set a
          local.get from local.get n i32.add i32.const 8 i32.sub i64.load local.set b
          local.get to local.get a i64.store
          local.get to local.get n i32.add i32.const 8 i32.sub local.get b i64.store
          return
        end
        local.get n i32.const 4 i32.ge_u
        if
          local.get from local.get n i32.add i32.const 4 i32.sub i32.load local.set end
          local.get to local.get from i32.load i32.store
          local.get to local.get n i32.add i32.const 4 i32.sub local.get end i32.store
          return
        end
        local.get n
        if
          local.get from local.get n i32.add i32.const 1 i32.sub i32.load8_u local.set end
          local.get n i32.const 2 i32.ge_u
          if
            local.get to local.get from i32.load16_u i32.store16
          end
          local.get to local.get n i32.add i32.const 1 i32.sub local.get end i32.store8
        end
      `,
    },
  },
  $copy8: {
    params: ['i32', 'i32', 'i32'],
    text: { params: ['to', 'from', 'room'], locals: copyLocals, body: boundedCopy },
  },
  __STR_COPY: {
    params: ['i32', 'i32', 'i32'],
    result: 'i32',
    text: { params: ['to', 'room', 'from'], locals: copyLocals, body: `${boundedCopy} local.get n` },
  },
  __STR_LEN: {
    params: ['i32'],
    result: 'i32',
    text: {
      params: ['from'],
      locals: { at: 'i32', mask: 'i32' },
      body: `
        local.get from i32.const -16 i32.and local.tee at v128.load v128.zero i8x16.eq i8x16.bitmask
        local.get from i32.const 15 i32.and i32.shr_u local.tee mask
        if
          local.get mask i32.ctz
          return
        end
        loop $next
          local.get at i32.const 16 i32.add local.tee at v128.load v128.zero i8x16.eq i8x16.bitmask local.tee mask i32.eqz br_if $next
        end
        local.get at local.get mask i32.ctz i32.add local.get from i32.sub
      `,
    },
  },
  __STR_EQUAL: {
    params: ['i32', 'i32'],
    result: 'i32',
    text: {
      params: ['p', 'q'],
      locals: { mask: 'i32', v: 'v128' },
      body: `${firstDifference} local.get p i32.load8_u local.get q i32.load8_u i32.eq`,
    },
  },
  __STR_COMPARE: {
    params: ['i32', 'i32'],
    result: 'i32',
    text: {
      params: ['p', 'q'],
      locals: { mask: 'i32', v: 'v128' },
      body: `${firstDifference}
        local.get p i32.load8_u local.tee p local.get q i32.load8_u local.tee q i32.gt_u
        local.get p local.get q i32.lt_u i32.sub`,
    },
  },
  /** (text, what): place of the first occurrence from 1, or 0. */
  __STR_FIND: {
    params: ['i32', 'i32'],
    result: 'i32',
    text: {
      params: ['text', 'what'],
      locals: {
        at: 'i32',
        first: 'i32',
        hits: 'i32',
        ends: 'i32',
        p: 'i32',
        q: 'i32',
        c: 'i32',
        v: 'v128',
        firsts: 'v128',
      },
      body: `
        local.get what i32.load8_u local.tee first i32.eqz
        if
          i32.const 0
          return
        end
        local.get first i8x16.splat local.set firsts
        ;; The first block from an aligned address, without what lies before the text.
        local.get text i32.const -16 i32.and local.tee at v128.load local.tee v local.get firsts i8x16.eq i8x16.bitmask
        i32.const -1 local.get text i32.const 15 i32.and i32.shl local.tee c i32.and local.set hits
        local.get v v128.zero i8x16.eq i8x16.bitmask local.get c i32.and local.set ends
        loop $block
          ;; Hits before the first NUL.
          local.get ends
          if
            local.get hits local.get ends i32.const 1 i32.sub local.get ends i32.const -1 i32.xor i32.and i32.and local.set hits
          end
          block $none
            loop $hit
              local.get hits i32.eqz br_if $none
              local.get at local.get hits i32.ctz i32.add local.set p
              local.get what local.set q
              block $differ
                loop $same
                  local.get p i32.const 1 i32.add local.set p
                  local.get q i32.const 1 i32.add local.tee q i32.load8_u local.tee c i32.eqz
                  if
                    local.get at local.get hits i32.ctz i32.add local.get text i32.sub i32.const 1 i32.add
                    return
                  end
                  local.get p i32.load8_u local.get c i32.eq br_if $same
                end
              end
              local.get hits local.get hits i32.const 1 i32.sub i32.and local.set hits
              br $hit
            end
          end
          local.get ends
          if
            i32.const 0
            return
          end
          local.get at i32.const 16 i32.add local.tee at v128.load local.tee v local.get firsts i8x16.eq i8x16.bitmask local.set hits
          local.get v v128.zero i8x16.eq i8x16.bitmask local.set ends
          br $block
        end
        i32.const 0
      `,
    },
  },
} as const satisfies Record<string, Kernel>;

/** The kernel that stands for a function of the module: trusted code of that name with that signature. */
export function kernelFor(fn: IrFunction): Kernel | undefined {
  if (!fn.trusted || !Object.hasOwn(kernels, fn.name)) return undefined;
  const kernel: Kernel = kernels[fn.name as keyof typeof kernels];
  const params = fn.locals.slice(0, fn.paramCount).map((local) => local.type);
  return params.join() === kernel.params.join() && fn.result === kernel.result ? kernel : undefined;
}
