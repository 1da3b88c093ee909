import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { changes, Change, equal, printPath } from "./diff";
import { EngineLog } from "./engine-log";
import { finished, marked, own, plannedCreate, plannedUpdate } from "./outputs";
import { Context, Fault, Properties, ProviderModel, ResourceModel } from "./resource";
import { checkConfig, checkInputs, withDefaults, withSecrets } from "./schema";
import { conceal, decode, encode, reveal } from "./wire";

/** Providers that listen on loopback until closed. */
export interface Served {
  /** For `PULUMI_DEBUG_PROVIDERS`: makes the engine attach to them. */
  environment: string;
  /** Cancels running operations and stops listening. */
  close(): Promise<void>;
}

/** Serves providers from this process, each on its own port. */
export async function serve(models: ProviderModel[]): Promise<Served> {
  const servers = await Promise.all(models.map(listen));
  return {
    environment: servers.map(({ name, port }) => `${name}:${port}`).join(","),
    close: async () => servers.forEach((server) => server.close()),
  };
}

async function listen(model: ProviderModel): Promise<{ name: string; port: number; close(): void }> {
  const provider = new Provider(model);
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, provider.handlers());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound));
  });
  const close = () => {
    provider.close();
    server.forceShutdown();
  };
  return { name: model.name, port, close };
}

type Handler<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response> | Response;

/** The engine's protocol for one provider. */
class Provider {
  private readonly log = new EngineLog();
  private session = new AbortController();

  constructor(private readonly provider: ProviderModel) {}

  handlers(): grpc.UntypedServiceImplementation {
    return {
      handshake: this.unary((request: pb.ProviderHandshakeRequest) => {
        this.attach(request.getEngineAddress());
        return new pb.ProviderHandshakeResponse().setAcceptSecrets(true);
      }),
      attach: this.unary((request: PluginAttach) => {
        this.attach(request.getAddress());
        return new Empty();
      }),
      getPluginInfo: this.unary(() => {
        const info = new PluginInfo();
        info.setVersion(this.provider.version);
        return info;
      }),
      getSchema: this.unary(() =>
        new pb.GetSchemaResponse().setSchema(JSON.stringify({ name: this.provider.name, version: this.provider.version }))),
      checkConfig: this.unary((request: pb.CheckRequest) => this.checkConfig(request)),
      diffConfig: this.unary((request: pb.DiffRequest) => diffConfig(request)),
      configure: this.unary(() => new pb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true)),
      check: this.unary((request: pb.CheckRequest) => this.check(request)),
      diff: this.unary((request: pb.DiffRequest) => this.diff(request)),
      create: this.unary((request: pb.CreateRequest, signal) => this.create(request, signal)),
      read: this.unary((request: pb.ReadRequest) => this.read(request)),
      update: this.unary((request: pb.UpdateRequest, signal) => this.update(request, signal)),
      delete: this.unary((request: pb.DeleteRequest, signal) => this.delete(request, signal)),
      invoke: this.unary((request: pb.InvokeRequest) => this.invoke(request)),
      cancel: this.unary(() => {
        this.session.abort(new Error("cancelled"));
        return new Empty();
      }),
    };
  }

  close(): void {
    this.session.abort(new Error("the provider is closing"));
    this.log.close();
  }

  /** An engine attaches; several may do so one after another. */
  private attach(engineAddress: string): void {
    if (this.session.signal.aborted) this.session = new AbortController();
    this.log.connect(engineAddress);
  }

  /** Answers after all log lines have arrived, so that they appear with their resource. */
  private unary<Request, Response>(handle: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort(new Error("the engine has gone")));
      const signal = AbortSignal.any([this.session.signal, gone.signal]);
      const answer = async (): Promise<Response> => {
        try {
          return await handle(call.request, signal);
        } finally {
          await this.log.flush();
        }
      };
      answer().then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      );
    };
  }

  private checkConfig(request: pb.CheckRequest): pb.CheckResponse {
    const news = decode(request.getNews());
    const response = new pb.CheckResponse().setInputs(encode(news));
    return response.setFailuresList(checkConfig(this.provider.schema, programs(news)).map(failure));
  }

  private check(request: pb.CheckRequest): pb.CheckResponse {
    const { type, model } = this.resource(request.getUrn());
    const { schema } = this.provider;
    const given = programs(decode(request.getNews()));
    const olds = request.getOlds()?.getFieldsMap().getLength() ? reveal(decode(request.getOlds())) : undefined;
    const mark = (inputs: Properties) =>
      encode(conceal(withSecrets(inputs, schema.resources[type]!.inputs, schema.types), given));

    const faults = checkInputs(schema, type, reveal(given));
    if (faults.length > 0) return new pb.CheckResponse().setInputs(mark(reveal(given))).setFailuresList(faults.map(failure));
    const full = withDefaults(reveal(given), schema.resources[type]!.inputs, schema.types);
    const inputs = model.normalize?.(full, olds, request.getUrn()) ?? full;
    return new pb.CheckResponse().setInputs(mark(inputs)).setFailuresList((model.check?.(inputs) ?? []).map(failure));
  }

  private diff(request: pb.DiffRequest): pb.DiffResponse {
    const { type, model } = this.resource(request.getUrn());
    const state = reveal(decode(request.getOlds()));
    const olds = reveal(decode(request.getOldInputs()));
    const news = reveal(decode(request.getNews()));
    const refusal = model.refuses?.(olds, news);
    if (refusal !== undefined) throw new Error(refusal);
    const found = changes(model, this.provider.schema, type, olds, news, state);
    const response = new pb.DiffResponse()
      .setHasdetaileddiff(true)
      .setChanges(found.length > 0 ? pb.DiffResponse.DiffChanges.DIFF_SOME : pb.DiffResponse.DiffChanges.DIFF_NONE)
      .setDiffsList(topLevel(found))
      .setReplacesList(topLevel(found.filter((change) => change.replaces)))
      .setDeletebeforereplace(model.deleteBeforeReplace?.(news, request.getUrn()) ?? false);
    for (const change of found) {
      const detail = new pb.PropertyDiff().setKind(propertyDiffKind(change)).setInputdiff(true);
      response.getDetaileddiffMap().set(printPath(change.path), detail);
    }
    return response;
  }

  private async create(request: pb.CreateRequest, signal: AbortSignal): Promise<pb.CreateResponse> {
    const urn = request.getUrn();
    const { type, model } = this.resource(urn);
    const schema = this.provider.schema.resources[type]!;
    const given = decode(request.getProperties());
    const inputs = reveal(given);
    const answer = (outputs: Properties) => encode(marked(outputs, this.provider.schema, type, given));
    if (request.getPreview()) {
      return new pb.CreateResponse().setProperties(answer(plannedCreate(inputs, planned(model, inputs), schema)));
    }
    const { id, outputs } = await model.create(inputs, this.context(urn, signal));
    return new pb.CreateResponse().setId(id).setProperties(answer(finished(inputs, outputs, schema, type)));
  }

  private async update(request: pb.UpdateRequest, signal: AbortSignal): Promise<pb.UpdateResponse> {
    const urn = request.getUrn();
    const { type, model } = this.resource(urn);
    const schema = this.provider.schema.resources[type]!;
    const given = decode(request.getNews());
    const inputs = reveal(given);
    const olds = own(reveal(decode(request.getOlds())), schema);
    const answer = (outputs: Properties) =>
      new pb.UpdateResponse().setProperties(encode(marked(outputs, this.provider.schema, type, given)));
    if (request.getPreview()) return answer(plannedUpdate(olds, inputs, planned(model, inputs, olds), schema));
    if (!model.update) throw new Error(`${type} cannot be updated in place`);
    const outputs = await model.update(request.getId(), olds, inputs, this.context(urn, signal));
    return answer(finished(inputs, outputs, schema, type));
  }

  /** A refresh only reads the inputs that the program gave: everything else is the provider's default. An import reads all. */
  private async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    const { type, model } = this.resource(request.getUrn());
    const { schema } = this.provider;
    const state = own(decode(request.getProperties()), schema.resources[type]!);
    const given = decode(request.getInputs());
    const found = await model.read(request.getId(), reveal(state));
    if (!found) return new pb.ReadResponse();
    const isImport = Object.keys(state).length === 0;
    const inputs = Object.fromEntries(Object.entries(found.inputs).filter(([key]) => isImport || key in given));
    const secretInputs = conceal(withSecrets(inputs, schema.resources[type]!.inputs, schema.types), given);
    const outputs = finished({}, found.outputs, schema.resources[type]!, type);
    return new pb.ReadResponse()
      .setId(found.id ?? request.getId())
      .setInputs(encode(secretInputs))
      .setProperties(encode(marked(outputs, schema, type, secretInputs, state)));
  }

  private async delete(request: pb.DeleteRequest, signal: AbortSignal): Promise<Empty> {
    const urn = request.getUrn();
    const state = reveal(decode(request.getProperties()));
    await this.resource(urn).model.delete(request.getId(), state, { ...this.context(urn, signal), timeoutSeconds: request.getTimeout() || undefined });
    return new Empty();
  }

  /** The program uses no data source (`getX`). */
  private invoke(request: pb.InvokeRequest): never {
    throw new Error(`the stand-in for ${this.provider.name} has no function ${request.getTok()}`);
  }

  private resource(urn: string): { type: string; model: ResourceModel } {
    const type = urn.split("::")[2]!.split("$").at(-1)!;
    const model = this.provider.resources[type];
    if (!model) throw new Error(`the stand-in for ${this.provider.name} has no resource type ${type}`);
    return { type, model };
  }

  private context(urn: string, signal: AbortSignal): Context {
    return { urn, signal, log: this.log.for(urn) };
  }
}

/** Inputs without those that the engine or an official plugin adds for its own use. */
const programs = (inputs: Properties): Properties => Object.fromEntries(
  Object.entries(inputs).filter(([key]) => !key.startsWith("__") && key !== "version" && key !== "pluginDownloadURL"));

/** Outputs known before a create or update. */
const planned = (model: ResourceModel, inputs: Properties, olds?: Properties): Properties =>
  ({ ...model.effective?.(inputs), ...model.plan?.(inputs, olds) });

const failure = ({ property, reason }: Fault): pb.CheckFailure =>
  new pb.CheckFailure().setProperty(property).setReason(reason);

const topLevel = (found: Change[]): string[] => [...new Set(found.map((change) => String(change.path[0])))];

function propertyDiffKind({ kind, replaces }: Change): pb.PropertyDiff.Kind {
  const { Kind } = pb.PropertyDiff;
  switch (kind) {
    case "add":
      return replaces ? Kind.ADD_REPLACE : Kind.ADD;
    case "delete":
      return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
    case "update":
      return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}

/** A change of a provider's own settings never replaces its resources. */
function diffConfig(request: pb.DiffRequest): pb.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const same = equal(programs(reveal(decode(request.getOldInputs()))), programs(reveal(decode(request.getNews()))));
  return new pb.DiffResponse().setChanges(same ? DIFF_NONE : DIFF_SOME);
}
