import http from "node:http";

/**
 * Stands in for NVIDIA's exporter, which needs a card: its page for two cards, by its own names and labels, with values
 * that move as those of cards at work do.
 * @see https://github.com/NVIDIA/dcgm-exporter
 */
export async function startGpu(address: string, port: number): Promise<void> {
  const start = Date.now();
  const server = http.createServer((_, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.end(gpuPage((Date.now() - start) / 1000));
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
}

/** What it shows after so many seconds. */
export function gpuPage(seconds: number): string {
  return `${fields
    .map(({ name, type, help, value }) => {
      const samples = cards.map((card, index) => `${name}{${labels(card, index)}} ${value(seconds, index)}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples].join("\n");
    })
    .join("\n")}\n`;
}

const cards = ["GPU-6f1b0c1e-4d2a-8f33-9c55-0a6d2b7e1f01", "GPU-6f1b0c1e-4d2a-8f33-9c55-0a6d2b7e1f02"];

function labels(uuid: string, index: number): string {
  const model = 'modelName="NVIDIA L4",Hostname="server-80"';
  return `gpu="${index}",UUID="${uuid}",pci_bus_id="00000000:0${index + 1}:00.0",device="nvidia${index}",${model}`;
}

/** Between two values, up and down in a minute; the second card is half a minute behind. */
function wave(low: number, high: number) {
  return (seconds: number, index: number): number => {
    const phase = (2 * Math.PI * (seconds + 30 * index)) / 60;
    return Math.round(low + ((high - low) * (1 + Math.sin(phase))) / 2);
  };
}

const fields: { name: string; type: string; help: string; value: (seconds: number, index: number) => number }[] = [
  { name: "DCGM_FI_DEV_SM_CLOCK", type: "gauge", help: "SM clock frequency (in MHz).", value: wave(900, 2040) },
  { name: "DCGM_FI_DEV_MEM_CLOCK", type: "gauge", help: "Memory clock frequency (in MHz).", value: () => 6251 },
  { name: "DCGM_FI_DEV_MEMORY_TEMP", type: "gauge", help: "Memory temperature (in C).", value: wave(40, 60) },
  { name: "DCGM_FI_DEV_GPU_TEMP", type: "gauge", help: "GPU temperature (in C).", value: wave(45, 71) },
  { name: "DCGM_FI_DEV_POWER_USAGE", type: "gauge", help: "Power draw (in W).", value: wave(18, 70) },
  {
    name: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    type: "counter",
    help: "Total energy consumption since boot (in mJ).",
    value: (seconds) => Math.round(4_000_000 + 44_000 * seconds),
  },
  { name: "DCGM_FI_DEV_PCIE_REPLAY_COUNTER", type: "counter", help: "Total number of PCIe retries.", value: () => 0 },
  { name: "DCGM_FI_DEV_GPU_UTIL", type: "gauge", help: "GPU utilization (in %).", value: wave(4, 96) },
  { name: "DCGM_FI_DEV_MEM_COPY_UTIL", type: "gauge", help: "Memory utilization (in %).", value: wave(2, 61) },
  { name: "DCGM_FI_DEV_ENC_UTIL", type: "gauge", help: "Encoder utilization (in %).", value: () => 0 },
  { name: "DCGM_FI_DEV_DEC_UTIL", type: "gauge", help: "Decoder utilization (in %).", value: () => 0 },
  { name: "DCGM_FI_DEV_XID_ERRORS", type: "gauge", help: "Value of the last XID error encountered.", value: () => 0 },
  { name: "DCGM_FI_DEV_FB_FREE", type: "gauge", help: "Framebuffer memory free (in MiB).", value: () => 9_812 },
  { name: "DCGM_FI_DEV_FB_USED", type: "gauge", help: "Framebuffer memory used (in MiB).", value: () => 12_878 },
  { name: "DCGM_FI_DEV_FB_RESERVED", type: "gauge", help: "Framebuffer memory reserved (in MiB).", value: () => 344 },
];
