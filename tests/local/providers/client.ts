import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import type { Properties, ProviderModel } from "../../../local/providers/resource";
import { serve } from "../../../local/providers/server";
import { decode, encode, reveal } from "../../../local/providers/wire";

/** One line that a provider sent to the engine. */
export interface Line {
  urn: string;
  message: string;
  severity: number;
  ephemeral: boolean;
}

export const Severity = LogSeverity;

/** Plays the engine to one provider: the calls it makes, with plain objects in and `decode`d ones out. */
export class TestEngine {
  readonly lines: Line[] = [];
  private constructor(
    private readonly client: ResourceProviderClient,
    private readonly closing: (() => Promise<void> | void)[],
  ) {}

  static async start(model: ProviderModel): Promise<TestEngine> {
    const served = await serve([model]);
    const port = served.environment.split(":")[1]!;
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const engineServer = new grpc.Server();
    const engine = new TestEngine(client, [() => client.close(), () => served.close(), () => engineServer.forceShutdown()]);
    engineServer.addService(EngineService as unknown as grpc.ServiceDefinition, {
      log: (call: grpc.ServerUnaryCall<LogRequest, Empty>, callback: grpc.sendUnaryData<Empty>) => {
        const { urn, message, severity, ephemeral } = call.request.toObject();
        engine.lines.push({ urn, message, severity, ephemeral });
        callback(null, new Empty());
      },
    });
    const enginePort = await new Promise<number>((resolve, reject) =>
      engineServer.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
    const handshake = new pb.ProviderHandshakeRequest().setEngineAddress(`127.0.0.1:${enginePort}`);
    await call<pb.ProviderHandshakeResponse>((done) => client.handshake(handshake, done));
    return engine;
  }

  async stop(): Promise<void> {
    for (const close of this.closing) await close();
  }

  async checkConfig(settings: Properties) {
    const response = await call<pb.CheckResponse>((done) => this.client.checkConfig(new pb.CheckRequest().setNews(encode(settings)), done));
    return response.getFailuresList().map((one) => one.toObject());
  }

  async check(type: string, news: Properties, olds: Properties = {}) {
    const request = new pb.CheckRequest().setUrn(urn(type)).setNews(encode(news)).setOlds(encode(olds));
    const response = await call<pb.CheckResponse>((done) => this.client.check(request, done));
    return { inputs: decode(response.getInputs()), failures: response.getFailuresList().map((one) => one.toObject()) };
  }

  async diff(type: string, olds: Properties, news: Properties, state: Properties = olds) {
    const request = new pb.DiffRequest().setUrn(urn(type)).setId("id").setOlds(encode(state)).setOldInputs(encode(olds)).setNews(encode(news));
    const response = await call<pb.DiffResponse>((done) => this.client.diff(request, done));
    const kinds = Object.fromEntries(Object.entries(pb.PropertyDiff.Kind).map(([name, value]) => [value, name]));
    return {
      changed: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailed: Object.fromEntries(response.getDetaileddiffMap().toArray().map(([path, one]) =>
        [path, kinds[(one as unknown as [number])[0] ?? 0]])),
    };
  }

  async create(type: string, inputs: Properties, preview = false) {
    const request = new pb.CreateRequest().setUrn(urn(type)).setProperties(encode(inputs)).setPreview(preview);
    const response = await call<pb.CreateResponse>((done) => this.client.create(request, done));
    const outputs = decode(response.getProperties());
    return { id: response.getId(), outputs, plain: reveal(outputs) };
  }

  async read(type: string, id: string, state: Properties = {}, inputs: Properties = {}) {
    const request = new pb.ReadRequest().setUrn(urn(type)).setId(id).setProperties(encode(state)).setInputs(encode(inputs));
    const response = await call<pb.ReadResponse>((done) => this.client.read(request, done));
    return { id: response.getId(), outputs: decode(response.getProperties()), inputs: decode(response.getInputs()) };
  }

  async update(type: string, id: string, olds: Properties, news: Properties, preview = false) {
    const request = new pb.UpdateRequest().setUrn(urn(type)).setId(id).setOlds(encode(olds)).setNews(encode(news)).setPreview(preview);
    const response = await call<pb.UpdateResponse>((done) => this.client.update(request, done));
    const outputs = decode(response.getProperties());
    return { outputs, plain: reveal(outputs) };
  }

  async delete(type: string, id: string, state: Properties): Promise<void> {
    const request = new pb.DeleteRequest().setUrn(urn(type)).setId(id).setProperties(encode(state));
    await call<Empty>((done) => this.client.delete(request, done));
  }

  async invoke(token: string): Promise<void> {
    const request = new pb.InvokeRequest().setTok(token);
    await call<pb.InvokeResponse>((done) => this.client.invoke(request, done));
  }

  async cancel(): Promise<void> {
    await call<Empty>((done) => this.client.cancel(new Empty(), done));
  }
}

/** The name that a resource of this type has in these tests. */
export const urn = (type: string): string => `urn:pulumi:test::project::ringo:Parent$${type}::name`;

function call<Response>(start: (done: (error: grpc.ServiceError | null, response: Response) => void) => void): Promise<Response> {
  return new Promise((resolve, reject) => start((error, response) => (error ? reject(new Error(error.details)) : resolve(response))));
}
