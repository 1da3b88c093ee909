import { deploy, stateOf, type Registered } from "./program";

const image = `registry.ringo.dev/grafana@sha256:${"ef".repeat(32)}`;
const named = (resources: Registered[], name: string): Registered => resources.find((each) => each.name === name)!;

describe("a stack with Grafana", () => {
  let resources: Registered[];
  let outputs: any;
  beforeAll(async () => ({ resources, outputs } = await deploy({ grafana: { image, domain: "grafana.ringo.test" } })));

  test("has a second name, in the zone and in the certificate", () => {
    expect(named(resources, "edge-grafana-record").inputs).toMatchObject({ domain: "ringo.test", name: "grafana", type: "A", value: "198.18.0.200" });
    expect(stateOf(named(resources, "edge-edge")).steps.map(({ name }) => name)).toContain("certificate for api.ringo.test, grafana.ringo.test");
    expect(outputs.grafanaUrl).toBe("https://grafana.ringo.test");
    // On this very stack, whichever is selected where it is typed.
    expect(outputs.next).toContainEqual(expect.stringContaining('make ssh STACK=test HOST=monitor CMD="cat '));
    expect(outputs.next).toContainEqual(expect.stringContaining("pulumi up --stack test"));
  });

  test("lets only the edge connect to it", () => {
    const rules = (side: "inboundRules" | "outboundRules") => resources.filter(({ type }) => type === "digitalocean:index/firewall:Firewall")
      .flatMap(({ name, inputs }) => inputs[side].filter(({ portRange }: any) => portRange === "3000").map((rule: any) => [name, ...rule.sourceTags ?? rule.destinationTags]));
    expect(rules("inboundRules")).toEqual([["network-firewall-monitor", expect.stringMatching(/edge$/)]]);
    expect(rules("outboundRules")).toEqual([["network-firewall-edge", expect.stringMatching(/monitor$/)]]);
  });

  test("runs it on the monitor, and alerts if it is down", () => {
    const state = stateOf(named(resources, "monitor-monitor"));
    expect(state.containers.map(({ name, image: of, network }) => [name, of, network])).toEqual([["ringo-grafana", image, "host"]]);
    const { scrape_configs: jobs } = JSON.parse(state.files.find(({ path }) => path.endsWith("prometheus.yml"))!.content);
    expect(jobs.find((job: any) => job.job_name === "grafana")).toMatchObject({ scheme: "https", static_configs: [{ targets: [expect.stringMatching(/^10\.20\.0\.\d+:3000$/)] }] });
  });

  test("pulls both images together with the packages", () => {
    expect(stateOf(named(resources, "monitor-base")).steps.map(({ name }) => name).filter((name) => name.startsWith("pull "))).toHaveLength(2);
  });
});

test("a stack without it removes what it had installed", async () => {
  const { resources, outputs } = await deploy();
  expect(stateOf(named(resources, "monitor-monitor"))).toMatchObject({ containers: [] });
  expect(named(resources, "edge-grafana-record")).toBeUndefined();
  expect(outputs).not.toHaveProperty("grafanaUrl");
});
