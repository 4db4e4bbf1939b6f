/**
 * Matcher for filesystems that can fill, as in the rules of `storage`: not those that live in memory, that a container
 * puts over others, or that are images.
 */
export const realFilesystems =
  'fstype!~"tmpfs|ramfs|devtmpfs|overlay|aufs|rootfs|fuse.lxcfs|nsfs|squashfs|iso9660|erofs|cramfs|udf"';
