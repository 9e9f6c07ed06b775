import type { Orders } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import type { SagaMetadata } from '@crossroads/store';

/** Replaces some methods of a worker's ports. Each function receives the real port. */
export interface PortOverrides {
  orders?: (real: Orders) => Partial<Orders>;
  journal?: (real: Journal<SagaMetadata>) => Partial<Journal<SagaMetadata>>;
}

type Method = (...args: unknown[]) => Promise<unknown>;

const overriding = (name: keyof Orders, replace: (real: Method) => Method): PortOverrides => ({
  orders: (real) => ({ [name]: replace(real[name] as Method) }) as Partial<Orders>,
});

/** Runs `effect` before each call of a method of the orders. When it throws, the call is not made. */
export const before = (name: keyof Orders, effect: () => unknown): PortOverrides =>
  overriding(name, (real) => async (...args) => {
    await effect();
    return real(...args);
  });

/** Runs `effect` after each call of a method of the orders. When it throws, the call has taken effect without a reply, as after a crash. */
export const after = (name: keyof Orders, effect: () => unknown): PortOverrides =>
  overriding(name, (real) => async (...args) => {
    const result = await real(...args);
    await effect();
    return result;
  });

/** Returns a method that always fails. */
export const failing = (message: string) => async (): Promise<never> => {
  throw new Error(message);
};
