import { expect } from 'chai';
import { projector } from '../../../src/observe/project.ts';

describe('an object of the API server', () => {
  const policy = (metadata: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: {} },
  });

  it('is left out if its name or its namespace is no text: it would be another object than the one there is', async () => {
    const outcomes = await projector()('networkpolicies', [
      policy({ name: 7, namespace: 'shop' }),
      policy({ name: 'deny', namespace: 7 }),
      policy({ name: 'deny', namespace: 'shop' }),
    ]);
    expect(
      outcomes.map((outcome) => ('object' in outcome ? outcome.object.metadata.name : outcome.problem)),
    ).to.deep.equal([
      '/metadata/name: expected a string, found a number',
      '/metadata/namespace: expected a string, found a number',
      'deny',
    ]);
  });
});
