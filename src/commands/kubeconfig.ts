/** Which cluster: the kubeconfig as kubectl finds it, with errors that say what to do. */
import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { shareDispatcher } from '../observe/connection.ts';
import { CommandError } from './error.ts';

export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** @throws CommandError when there is none, it cannot be read, or the context is not in it */
export function loadKubeConfig({ kubeconfig, context }: ClusterOptions): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) loadDefault(config);
    else config.loadFromFile(existing(kubeconfig, '--kubeconfig'));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CommandError(
      `the kubeconfig${kubeconfig === undefined ? '' : ` ${kubeconfig}`} cannot be read: ${reason}`,
    );
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new CommandError(
        `there is no context ${context} in the kubeconfig: it has ${names.join(', ') || 'none'}`,
      );
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) {
    throw new CommandError(
      'the kubeconfig names no cluster: choose a context with --context, or kubectl config use-context',
    );
  }
  return shareDispatcher(config);
}

function loadDefault(config: KubeConfig): void {
  const fromEnvironment = process.env['KUBECONFIG'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    const files = fromEnvironment
      .split(process.platform === 'win32' ? ';' : ':')
      .filter((file) => file !== '');
    if (!files.some((file) => existsSync(file))) existing(files[0] ?? '', 'KUBECONFIG');
  }
  config.loadFromDefault();
}

function existing(file: string, from: string): string {
  if (existsSync(file)) return file;
  throw new CommandError(`there is no kubeconfig ${file} (${from}): give another with --kubeconfig FILE`);
}
