/** Grafana's colours, its dark theme's. */
export const look = {
  canvas: "#111217", panel: "#181b1f", border: "#26292e", text: "#ccccdc", faint: "#8e8e9a", grid: "#2a2d33", track: "#22252b",
  font: "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif",
} as const;

const named: Record<string, string> = { green: "#73bf69", orange: "#ff9830", red: "#f2495c", blue: "#5794f2", text: look.text };
export const palette = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#5195ce", "#ba43a9", "#8f77cc", "#508642", "#cca300", "#447ebc", "#c15c17"];

export const colorOf = (name: string): string => named[name] ?? name;

export interface Step {
  value: number | null;
  color: string;
}

/** The colour of the last step that a value has reached. */
export const reached = (steps: Step[], value: number): string => colorOf(steps.filter((step) => step.value === null || value >= step.value).at(-1)?.color ?? "text");
