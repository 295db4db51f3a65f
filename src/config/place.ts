/** A container that is meant: that of a compose service, or one by its name or id. */
export type Place = { readonly service: string } | { readonly container: string };
