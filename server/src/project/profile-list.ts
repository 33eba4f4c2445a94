import { profiles, type Profile } from '../compiler/profile.js';

/** The compiler's profiles for rooms that may not import it. */
export function listProfiles(): readonly Profile[] {
  return profiles;
}
