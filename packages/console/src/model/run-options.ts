/** The options of a start, of a task, or of a schedule's action; what is left out is as the Actor has it. */
export interface RunOptions {
  readonly build?: string;
  readonly memoryMbytes?: number;
  readonly timeoutSecs?: number;
  readonly maxItems?: number;
  readonly maxTotalChargeUsd?: number;
  readonly restartOnError?: boolean;
}
