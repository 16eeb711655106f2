import { expect } from 'chai';
import { Problem } from '../../../hack/cluster/problem.ts';
import { reviving } from '../../../hack/storm-run/reviving.ts';

describe('a component that ends by itself in a storm', () => {
  const ended = new Problem('ended by itself');
  const start = (restart: () => Promise<void>) => {
    const [restarted, failures]: [string[], unknown[]] = [[], []];
    const onFailure = reviving(
      (name) => {
        restarted.push(name);
        return restart();
      },
      (problem) => failures.push(problem),
      () => undefined,
    );
    return { onFailure, restarted, failures };
  };

  it('is started again, if it is a bystander', () => {
    const { onFailure, restarted, failures } = start(() => Promise.resolve());
    onFailure(ended, 'kube-scheduler');
    onFailure(ended, 'kube-controller-manager');
    expect({ restarted, failures }).to.deep.equal({
      restarted: ['kube-scheduler', 'kube-controller-manager'],
      failures: [],
    });
  });

  it('ends the storm, if all rests on it, or if it does so again and again', () => {
    const { onFailure, restarted, failures } = start(() => Promise.resolve());
    onFailure(ended, 'etcd');
    expect({ restarted, failures }).to.deep.equal({ restarted: [], failures: [ended] });
    for (let times = 0; times < 6; times += 1) onFailure(ended, 'kube-scheduler');
    expect(restarted).to.have.length(5);
    expect(failures).to.deep.equal([ended, ended]);
  });

  it('ends the storm, if it does not start', async () => {
    const { onFailure, failures } = start(() => Promise.reject(ended));
    onFailure(ended, 'kube-scheduler');
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).to.deep.equal([ended]);
  });
});
