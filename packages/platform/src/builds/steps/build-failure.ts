/** The build cannot succeed as it is. The message tells its author what to mend. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
}
