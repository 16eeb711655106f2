import { expect } from 'chai';
import { sensitivityOf } from '../../../src/world/exposure/sensitive-ports.ts';

describe('sensitive ports', () => {
  it('are those of servers that obey whoever connects, whatever the image is called', () => {
    for (const port of [2375, 2379, 44134])
      expect(sensitivityOf(port, 'TCP', 'registry.example/tools/server:1')?.sensitivity).to.equal('control');
  });

  it('are, where many programs use the number, only those of an image that is known for it', () => {
    expect(sensitivityOf(8080, 'TCP', 'registry.example/shop/web:1')).to.equal(undefined);
    expect(sensitivityOf(8080, 'TCP', 'registry.example/ci/jenkins:2')?.sensitivity).to.equal('control');
  });

  it('are of one protocol', () => {
    expect(sensitivityOf(44134, 'UDP')).to.equal(undefined);
  });
});
