/** What a test asks a running Prometheus. */

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data: T;
}

export interface Target {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly lastError: string;
  readonly health: string;
}

interface AlertingRule {
  readonly name: string;
  readonly alerts: readonly {
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** @param url http://127.0.0.1:PORT */
export function prometheusApi(url: string) {
  const ask = async <T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
    const answer = (await response.json()) as Answer<T>;
    if (answer.status !== 'success') throw new Error(`${path} ${JSON.stringify(query)}: ${answer.error}`);
    return answer.data;
  };
  const query = async (expr: string): Promise<readonly Sample[]> => {
    const { result } = await ask<{
      readonly result: readonly {
        readonly metric: Sample['metric'];
        readonly value: readonly [number, string];
      }[];
    }>('query', { query: expr });
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  return {
    query,
    labelValues: (selector: string, label: string) =>
      ask<readonly string[]>(`label/${label}/values`, { 'match[]': selector }),
    targets: async () =>
      (await ask<{ readonly activeTargets: readonly Target[] }>('targets', { state: 'active' }))
        .activeTargets,
    /** The labels with which an alert has fired since then, if only for a moment. In milliseconds of `Date.now()`. */
    fired: async (alert: string, since: number): Promise<readonly Sample['metric'][]> => {
      const range = `${Math.max(1, Math.ceil((Date.now() - since) / 1000))}s`;
      const samples = await query(
        `max_over_time(ALERTS{alertname="${alert}", alertstate="firing"}[${range}])`,
      );
      return samples.map(({ metric }) => metric);
    },
    /** Those that fire now. */
    firing: async (): Promise<readonly AlertingRule['alerts'][number][]> => {
      const { groups } = await ask<{
        readonly groups: readonly { readonly rules: readonly AlertingRule[] }[];
      }>('rules', { type: 'alert' });
      return groups
        .flatMap(({ rules }) => rules)
        .flatMap(({ alerts }) => alerts)
        .filter(({ state }) => state === 'firing');
    },
  };
}
