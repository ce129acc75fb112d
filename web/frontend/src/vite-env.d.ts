// Modules that only the build knows.

declare module '*.css' {}

declare module '*?of=wall' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=alerts' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=dossiers' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=sources' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=login' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=outbox' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=tablet' {
  const texts: Record<string, string>
  export default texts
}
declare module '*?of=displays' {
  const texts: Record<string, string>
  export default texts
}
