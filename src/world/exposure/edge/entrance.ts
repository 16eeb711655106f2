/** What lets connections in to a Service of a namespace, where that is not an Ingress of the namespace itself. */
import type { Ref } from '../../objects.ts';
import type { Addresses } from '../addresses.ts';
import type { Front } from './front.ts';

export interface Entrance {
  readonly kind: 'gateway' | 'ingress';
  /** An object of the Service's own namespace that shows it, and the place in it. */
  readonly object: Ref;
  readonly path: string;
  /** From outside to the Service, in words: `Gateway infra/public:443 (shop.example) -> HTTPRoute shop/web`. */
  readonly door: string;
  /** Listeners without TLS that it passes through: `http (port 80)`. */
  readonly plain: readonly string[];
  /** The Service, by name, and its port: a number, a name, or any. */
  readonly service: string;
  readonly port: number | string | undefined;
  /** From where connections come, before policies. */
  readonly addresses: Addresses;
  readonly front: Front;
}
