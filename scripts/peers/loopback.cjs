// Required before anything else: whatever listens without naming an address listens on 127.0.0.1 only.
const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    const callback = rest.find((one) => typeof one === 'function')
    return listen.call(this, { port: Number(first), host: '127.0.0.1' }, callback)
  }
  if (first && typeof first === 'object' && 'port' in first && !first.host) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  return listen.call(this, first, ...rest)
}
