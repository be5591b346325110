const FORM = /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)(.*)$/is;

/**
 * An address of several hosts, `amqp://user:password@a:5672,b:5672/vhost`, as one address for each, in order.
 * What lists none is returned as it is.
 */
export function eachHost(text: string): string[] {
  const [, scheme = "", authority = "", rest = ""] = FORM.exec(text) ?? [];
  // A comma may stand in the password as well, up to the last @.
  const userinfo = authority.slice(0, authority.lastIndexOf("@") + 1);
  const hosts = authority.slice(userinfo.length).split(",");
  if (hosts.length === 1) return [text];
  return hosts.map((host) => `${scheme}${userinfo}${host}${rest}`);
}
