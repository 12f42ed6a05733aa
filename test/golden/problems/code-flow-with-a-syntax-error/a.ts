export default () => {
  const é = 1; let b = ;
}
