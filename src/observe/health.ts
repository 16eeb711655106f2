/** Which resources the API server does not answer for now, and what of that is worth a line in the log. */

export interface Trouble {
  readonly resource: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly why: string;
}

export interface Health {
  /** @param busy it asks to wait, rather than failing */
  unwell(resource: string, why: string, busy: boolean): void;
  well(resource: string): void;
  troubles(): readonly Trouble[];
}

interface Events {
  unwell(resource: string, why: string): void;
  well(resource: string): void;
}

export function healthOf(events: Events): Health {
  const troubles = new Map<string, Trouble & { readonly isSaid: boolean }>();
  return {
    unwell(resource, why, busy) {
      const known = troubles.get(resource);
      // to be asked once to wait is nothing that anybody has to know
      const isSaid = known !== undefined || !busy;
      if (isSaid && !(known?.isSaid === true && known.why === why)) events.unwell(resource, why);
      troubles.set(resource, { resource, since: known?.since ?? Date.now(), why, isSaid });
    },
    well(resource) {
      const known = troubles.get(resource);
      troubles.delete(resource);
      if (known?.isSaid === true) events.well(resource);
    },
    troubles: () => [...troubles.values()],
  };
}
