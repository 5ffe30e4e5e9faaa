/** The build cannot succeed with these sources. The message tells the author what to change. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
}
