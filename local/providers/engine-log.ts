import { credentials, type ServiceError } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Context } from "./resource";

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING, error: LogSeverity.ERROR };

/** Log lines on their way to the engine, in the order given: the engine handles calls side by side. */
export class EngineLog {
  private client: EngineClient | undefined;
  private address = "";
  private last: Promise<void> = Promise.resolve();

  /** The engine that lines go to from now on. */
  connect(address: string): void {
    if (address === this.address) return;
    this.close();
    this.address = address;
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  /** What one resource says. */
  for(urn: string): Context["log"] {
    return (message, options) => {
      const request = new LogRequest();
      request.setUrn(urn);
      request.setMessage(message);
      request.setSeverity(severities[options?.severity ?? "info"]);
      request.setEphemeral(options?.ephemeral ?? false);
      this.last = this.last.then(() => this.send(request));
    };
  }

  /** Done when all that was logged has arrived. */
  flush(): Promise<void> {
    return this.last;
  }

  close(): void {
    this.client?.close();
    this.client = undefined;
    this.address = "";
  }

  /** A line that does not arrive is lost: an engine that has gone has no reader either. */
  private send(request: LogRequest): Promise<void> {
    const client = this.client;
    if (!client) return Promise.resolve();
    return new Promise((resolve) => client.log(request, (_: ServiceError | null) => resolve()));
  }
}
