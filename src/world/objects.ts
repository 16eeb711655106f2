/**
 * The slim objects that the world holds. They keep the field names and nesting of the Kubernetes API, so that a
 * JSON Pointer into a slim object is one into the real object; what no assessment reads is left out, and values
 * that may be credentials never get this far (see observe/redact.ts). Lists keep their order and length. All are
 * deeply frozen and shared: never write to one.
 */
export type * from './objects/cluster.ts';
export type * from './objects/container.ts';
export type * from './objects/gateway.ts';
export type * from './objects/metadata.ts';
export type * from './objects/network-policy.ts';
export type * from './objects/pod.ts';
export type * from './objects/rbac.ts';
export type * from './objects/service.ts';
export type * from './objects/storage.ts';
export type * from './objects/vulnerability.ts';
